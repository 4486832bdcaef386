/** The five sources of every request here. Each holds one record of everybody, and takes no time. */
export const sourceIds = ["shop", "newsletter", "support", "payments", "search"] as const;
