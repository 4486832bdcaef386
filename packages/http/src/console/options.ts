/** What an application may say about its console. */
export interface ConsoleOptions {
  /** The email address to contact when a warning is shown: `data-support@northwind.example`. */
  readonly support?: string;
}
