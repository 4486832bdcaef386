import type { FetchedPackage } from "@subject-rights/core";

/** A package as it is read, at the pace of who fetches it. Where it cannot be read to its end, the download breaks off. */
export const downloadOf = (
  { filename, contentType, bytes, read }: FetchedPackage,
  failed: (error: unknown) => void,
): Response => {
  const chunks = read()[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      } catch (error) {
        failed(error);
        controller.error(error);
      }
    },
    cancel: async () => void (await chunks.return?.()),
  });
  return new Response(body, {
    headers: {
      "Content-Type": contentType,
      "Content-Length": String(bytes),
      "Content-Disposition": `attachment; filename="${filename}"`,
    },
  });
};
