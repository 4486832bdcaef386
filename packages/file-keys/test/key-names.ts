export const keyNames = ["request/one/a", "request/one/b", "suppressions/one"] as const;
