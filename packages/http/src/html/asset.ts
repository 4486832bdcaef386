import { sha256 } from "@subject-rights/core";

/** A file that pages refer to. Its name holds a hash of its content, so that it can be kept for good. */
export interface Asset {
  /** Within the handler: `/assets/style.0123456789abcdef.css`. */
  readonly path: string;
  readonly contentType: string;
  readonly content: string;
}

/** @param name with an extension: `style.css` */
export const asset = (name: string, contentType: string, content: string): Asset => {
  const at = name.lastIndexOf(".");
  const hash = sha256(content).slice(0, 16);
  return { path: `/assets/${name.slice(0, at)}.${hash}${name.slice(at)}`, contentType, content };
};
