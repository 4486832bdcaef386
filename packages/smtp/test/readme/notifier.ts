import { smtpNotifier } from "@subject-rights/smtp";

export const notifier = smtpNotifier({
  server: {
    host: process.env["SMTP_HOST"] ?? "",
    port: Number(process.env["SMTP_PORT"]),
    user: process.env["SMTP_USER"],
    password: process.env["SMTP_PASSWORD"],
    // Only for a server whose certificate is not from a public authority.
    ca: process.env["SMTP_CA"],
  },
  from: { name: "Northwind Privacy", address: "privacy@northwind.example" },
  replyTo: "dpo@northwind.example",
});
