/** The customer whom this example is about. */
export const ada = {
  name: "Ada Moorkamp",
  email: "Ada.Moorkamp@example.org",
  phone: "+49 431 5550147",
  iban: "DE89370400440532013000",
};

/** Ada, with something in every table; Bo, who lives at one of her addresses; and five hundred others. */
export const rows = `
insert into articles values (1, 'Reading lamp Vester', 89.00), (2, 'Bulb, warm white', 6.50), (3, 'Lantern Skagen', 49.90);
insert into staff values (1, 'Thea Lohmeer', 'thea.lohmeer@halmstrand.example');

insert into customers values
  (1, '${ada.email}', '${ada.name}', '${ada.phone}', '1988-04-12', 'scrypt$b1c2', '2014-09-01 08:15:00+02'),
  (2, 'bo.tannert@example.org', 'Bo Tannert', null, '1986-01-30', 'scrypt$77aa', '2019-02-14 19:00:00+01');
insert into customers
  select n, 'customer-' || n || '@example.net', 'Customer ' || n, null, null, 'scrypt$' || n, '2020-01-01 12:00:00+01'
  from generate_series(3, 502) n;

insert into addresses values (1, 'Hafenstrasse 4', '24103', 'Kiel'), (2, 'Lindenweg 19', '24105', 'Kiel');
insert into customer_addresses values (1, 1, 'office'), (1, 2, 'home'), (2, 2, 'home');

insert into orders values
  (1, 1, null, '2015-03-02 20:11:00+01'), (2, 1, 'please ring at ${ada.name}', '2024-11-20 18:42:00+01'),
  (3, 1, null, '2026-10-30 07:30:00+01'), (4, 2, null, '2025-05-05 10:00:00+02');
insert into orders select n, n, null, '2024-06-01 12:00:00+02' from generate_series(5, 502) n;
insert into order_lines values (1, 1, 1, 1), (2, 1, 1, 1), (2, 2, 2, 4), (3, 1, 3, 2), (4, 1, 2, 8);
insert into order_lines select n, 1, 1 + n % 3, 1 from generate_series(5, 502) n;
insert into payments values
  (1, 1, 89.00, '${ada.iban}', current_date - interval '12 years'), (2, 1, 115.00, '${ada.iban}', current_date - interval '2 years'),
  (3, 1, 99.80, null, current_date - interval '1 month'), (4, 2, 52.00, null, current_date - interval '1 year');
insert into payments select n, n, 20.00, null, current_date - interval '3 years' from generate_series(5, 502) n;

insert into reviews values
  (1, 1, 1, '${ada.name}', 5, 'Bright, quiet, and still going after nine years.'),
  (2, 2, 2, 'Bo T.', 4, 'Warm enough.');
insert into tickets values
  (1, 1, 1, 'A scratch', 'The shade came with a scratch. Call me: ${ada.phone}. ${ada.name}', '2024-11-25 09:00:00+01');
insert into ticket_messages values
  (1, 1, 1, 'Dear ${ada.name}, a new one is on its way.', '2024-11-25 11:20:00+01'),
  (2, 1, null, 'It is here, thank you!', '2024-11-28 17:05:00+01');

insert into newsletter values (lower('${ada.email}'), '2014-09-01 08:20:00+02'), ('bo.tannert@example.org', '2019-02-14 19:02:00+01');
insert into sessions values
  ('6f0c7f5e-55b5-4a35-9c39-0d7f3f0a7c11', 1, '\\x1f9a', '192.0.2.17', 'Firefox on Linux', '2026-12-01 00:00:00+01');
insert into page_views
  select n, 1 + n % 2, '/articles/' || 1 + n % 3, timestamptz '2026-10-30 07:00:00+01' + n * interval '1 minute'
  from generate_series(1, 40) n;
insert into audit_log values
  (1, 1, 'changed the password', '192.0.2.17', '2026-10-30 07:12:00+01'), (2, 2, 'signed in', '192.0.2.44', '2026-10-01 08:00:00+02');
`;
