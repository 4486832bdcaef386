/** JSON of what the memory stores keep: maps and bytes as what they are. */
export const storedText = (value: unknown): string => `${JSON.stringify(value, plain)}\n`;

const plain = (_name: string, value: unknown): unknown => {
  if (value instanceof Map) return { map: [...value] };
  if (value instanceof Set) return { set: [...value] };
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString("base64") } : value;
};

export const fromStoredText = (text: string): unknown =>
  JSON.parse(text, (_name, value: unknown) => {
    const { map, set, bytes } = (value ?? {}) as { map?: unknown; set?: unknown; bytes?: unknown };
    if (Array.isArray(map)) return new Map(map as [unknown, unknown][]);
    if (Array.isArray(set)) return new Set(set);
    return typeof bytes === "string" ? new Uint8Array(Buffer.from(bytes, "base64")) : value;
  });
