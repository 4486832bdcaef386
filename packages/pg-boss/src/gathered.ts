interface Waiting<Item> {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}

/** Does for many at once what comes one by one: whatever comes while it is under way is done together, next. */
export const gathered = <Item>(
  perform: (items: readonly Item[]) => Promise<unknown>,
): ((item: Item) => Promise<void>) => {
  let waiting: Waiting<Item>[] = [];
  let isBusy = false;
  const performAll = async (): Promise<void> => {
    isBusy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await perform(batch.map(({ item }) => item)).then(
        () => batch.forEach(({ resolve }) => void resolve()),
        (cause: unknown) => batch.forEach(({ reject }) => void reject(cause)),
      );
    }
    isBusy = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isBusy) void performAll();
    });
};
