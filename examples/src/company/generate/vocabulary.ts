const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const lines = (text: string): readonly string[] => text.trim().split(/\s*\n\s*/);

export const firstNames = words(`
  Anton Beate Carla Dario Elif Enno Fenja Florian Greta Hanno Hedda Ida Ilse Imke Jannis Jette Kaja Karsten
  Lasse Leonie Levin Lotte Malte Marek Merle Mila Nele Nuri Okka Ole Paula Piet Ragna Ronja Ruben Selma Silje
  Sören Tamme Thea Tjark Ulla Veit Wiebke Yara Zoë
`);

export const lastNames = words(`
  Aalberg Ahrenfeld Birkholm Brandvoll Claasen Dahlhues Dornbach Ebeling Eschweil Fehnhus Feldkamm Gerstau
  Grünholt Hagedal Heidsieck Immendorf Jespers Kaltwater Kirchlau Knudsen Lindau Lohmeer Lüttjen Maibom
  Moorkamp Nordhaus Oltmann Osterfeld Petrak Quast Rabenau Rosskamp Sandvik Schönewies Seelhorst Tannert
  Thormählen Uhlenbrook Vossberg Wattenbek Weidlich Westrup Ziegenhals Øvergård Ångman D'Alba
`);

export const streets = words(`
  Ankerweg Birkenallee Deichstieg Fährgasse Heidepfad Kastanienhof Leuchtfeuerstraße Mühlenredder Netzmacherweg
  Reetkamp Seilerbahn Windmühlenberg
`);

export const towns = lines(`
  18055 Rostock
  20359 Hamburg
  23552 Lübeck
  24103 Kiel
  24937 Flensburg
  26382 Wilhelmshaven
  28195 Bremen
  48143 Münster
  50667 Köln
  80331 München
`);

/** Numbers that the Bundesnetzagentur sets aside for films; followed by three digits. */
export const telephonePrefixes = ["030 23125", "040 66969", "069 90009", "0221 4710", "089 99998"];

/** Reserved for examples by RFC 2606. */
export const mailHosts = ["example.org", "example.com", "example.net", "post.example", "mail.example"];

/** Address blocks that RFC 5737 reserves for examples; followed by a last number. */
export const networks = ["192.0.2.", "198.51.100.", "203.0.113."];

export const browsers = ["Firefox 144", "Safari 26", "Chromium 142", "Edge 142"];

/** The shop's lamps: article number, title, price in euros. */
export const lamps = [
  { article: "L-104", title: "Desk lamp Feuerschiff", price: "89.90" },
  { article: "L-112", title: "Floor lamp Molenkopf", price: "249.00" },
  { article: "L-120", title: "Pendant lamp Bake", price: "134.50" },
  { article: "L-133", title: "Wall lamp Bullauge", price: "59.95" },
  { article: "L-141", title: "Storm lantern Lotse", price: "42.00" },
  { article: "L-158", title: "Reading lamp Koje", price: "74.90" },
  { article: "L-160", title: "String of lights Hafenfest", price: "29.95" },
  { article: "L-177", title: "Ceiling lamp Kompass", price: "189.00" },
  { article: "L-190", title: "LED bulb 806 lm, warm white", price: "7.49" },
  { article: "L-191", title: "LED bulb 1521 lm, warm white", price: "9.99" },
];

/** What staff and customers typed in over the years: quotes, line breaks, and something a spreadsheet would run. */
export const customerNotes = [
  'Prefers "dimmable" bulbs, asks before every purchase',
  "Deliver to the neighbour,\nsecond bell from the top",
  '=HYPERLINK("https://prize.example","typed in by the customer")',
  "Wants invoices by post; no telephone calls, please",
];

export const complaints = [
  {
    subject: "Lamp flickers",
    text: "The lamp flickers whenever the fridge starts. I have tried two other bulbs.",
  },
  {
    subject: "Where is my parcel?",
    text: 'The tracking page has said "in transit" for six days now. We move house on Friday.',
  },
  {
    subject: "Glass broken",
    text: "The shade arrived in three pieces.\nA picture is attached; the box itself looked fine.",
  },
  {
    subject: "Which bulb fits?",
    text: "Does the 1521 lm bulb fit the Bullauge? My mother (81) needs more light in the hall.",
  },
  {
    subject: "Invoice address",
    text: "Please put my new address on the invoice; I live with my sister since the operation.",
  },
  {
    subject: "Newsletter",
    text: "I get the newsletter twice, at this address and at my old one.",
  },
];
