/** Makes operations throw once what they ask is gone. */
export const whileUp =
  (isDown: () => boolean) =>
  <Input, Answer>(operation: (input: Input) => Promise<Answer>) =>
  async (input: Input): Promise<Answer> => {
    if (isDown()) throw new Error("the storage is gone");
    return operation(input);
  };
