/** What every mail of ours carries: the id of its message, which is the request's and the notice's. Nothing personal. */
export const ownHeader = "X-Subject-Rights-Message";
