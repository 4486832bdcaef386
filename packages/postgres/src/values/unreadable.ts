/** The text is not as PostgreSQL writes it under `textSettings`. Says the type, never the value. */
export const unreadable = (type: string): Error =>
  new Error(
    `A value of the type ${type} is not written as expected: was it read without the settings for it?`,
  );
