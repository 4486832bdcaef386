/**
 * What makes the pages better where scripts run, and is missed nowhere else: what is under way is shown as it moves,
 * menus close again, all boxes of a grid are checked at once. The pages put everything into words; this only asks for
 * the page again, and carries over what has changed, so that what was opened, typed or focused stays.
 */
export const script = `
const regions = () => document.querySelectorAll("[data-live]");
const keyOf = (node) => node.nodeType === 1 ? node.id || node.dataset.key || "" : "";
const isSame = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

/** Makes one element like another, node by node. What people opened or typed is theirs. */
const carryOver = (old, fresh) => {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let found = at;
    while (found !== null && !isSame(found, wanted)) found = found.nextSibling;
    // A node without a name of its own is only ever taken from where it stands.
    if (found !== null && (found === at || keyOf(found) !== "")) {
      if (found === at) at = at.nextSibling;
      else old.insertBefore(found, at);
      carryOver(found, wanted);
    } else {
      old.insertBefore(document.importNode(wanted, true), at);
    }
  }
  while (at !== null) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};

/** Nothing moves under somebody's hands. */
const isTyping = () => document.activeElement?.matches("main textarea, main [data-live] input:not([type=checkbox])") ?? false;

const clean = new URL(location.href);
if (clean.searchParams.has("said")) {
  // What was just done is said once: not again when the page is loaded again.
  clean.searchParams.delete("said");
  history.replaceState(null, "", clean);
}

let asking = false;
let isMissed = false;
const lookAgain = async () => {
  if (regions().length === 0) return;
  isMissed = asking || isTyping();
  if (isMissed) return;
  asking = true;
  try {
    const answer = await fetch(clean.pathname + clean.search, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const region of regions()) {
      const wanted = fresh.querySelector('[data-live="' + region.dataset.live + '"]');
      if (isTyping()) isMissed = true;
      else if (wanted !== null) carryOver(region, wanted);
    }
  } catch {
    // The network is away: the next look may find it again.
  } finally {
    asking = false;
  }
  if (isMissed && !isTyping()) await lookAgain();
};
// What was held back while somebody typed.
addEventListener("focusout", () => setTimeout(() => void (isMissed && lookAgain())));

const progress = document.querySelector("[data-progress]");
if (progress !== null) {
  let events = null;
  let due = null;
  let isClosed = false;
  const soon = () => {
    due ??= setTimeout(() => {
      due = null;
      void lookAgain();
    }, 250);
  };
  // Browsers open few connections to one site: a page that nobody looks at holds none.
  const follow = () => {
    events?.close();
    events = null;
    if (document.hidden || isClosed) return;
    events = new EventSource(progress.dataset.progress);
    events.addEventListener("changed", soon);
    events.addEventListener("closed", () => {
      isClosed = true;
      events.close();
      // Its last messages go out after it is closed.
      for (const wait of [0, 1500, 5000]) setTimeout(lookAgain, wait);
    });
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => events?.close());
  follow();
}

const poll = async () => {
  const region = document.querySelector("[data-poll]");
  if (region === null) return;
  await new Promise((resolve) => setTimeout(resolve, Number(region.dataset.poll)));
  if (!document.hidden && region.querySelector("details.menu[open]") === null) await lookAgain();
  void poll();
};
void poll();

const closeMenus = (but) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== but) menu.open = false;
};
addEventListener("click", ({ target }) => closeMenus(target.closest("details.menu")));
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
});

const all = document.querySelector("[data-all]");
if (all !== null) {
  const boxes = [...document.querySelectorAll('tbody input[name="' + all.dataset.all + '"]')];
  const button = document.querySelector("[data-counts]");
  const title = button.textContent;
  const count = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked > 0 && checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
    button.textContent = checked === 0 ? title : title + " (" + checked + ")";
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  count();
}
`;
