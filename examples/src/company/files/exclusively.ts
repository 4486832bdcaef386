const queues = new Map<string, Promise<unknown>>();

/**
 * Runs the work on one file after the other. Two erasures that rewrote the same file at once would each bring
 * back what the other one took out.
 */
export const exclusively = async <Answer>(path: string, work: () => Promise<Answer>): Promise<Answer> => {
  const before = queues.get(path) ?? Promise.resolve();
  const turn = before.then(work, work);
  queues.set(path, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === turn) queues.delete(path);
  }
};
