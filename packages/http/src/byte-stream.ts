/**
 * Hands bytes on at the pace of whoever reads. A failure breaks the stream off, so that nobody takes a part for the whole;
 * who hangs up ends the iteration.
 *
 * @param stop is called when nobody reads any more, before the iteration is told to return
 */
export const byteStream = (
  bytes: AsyncIterable<Uint8Array>,
  { stop, failed }: { readonly stop?: () => void; readonly failed: (error: unknown) => void },
): ReadableStream<Uint8Array> => {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          failed(error);
          // Servers print what breaks a stream, and may even answer with it: what it was is for the application alone.
          controller.error(new Error("The answer was broken off."));
        }
      },
      async cancel() {
        stop?.();
        await iterator.return?.();
      },
    },
    // Nothing is read ahead.
    { highWaterMark: 0 },
  );
};
