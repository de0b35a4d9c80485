// Fetches this page again when the server says that something changed, and puts the new content in
// place of the old; where keyboard and reader stand is kept. Without it the page reads the same.
(() => {
  const told = document.getElementById("live");
  const events = new EventSource(document.currentScript.dataset.events);
  let busy = false, again = false;

  const say = (words) => {
    if (told.textContent !== words) told.textContent = words;
    told.className = words === "live" ? "on" : "off";
  };

  const place = (element) => {
    const path = [];
    for (let at = element; at && at.id !== "content"; at = at.parentElement) {
      path.unshift([...at.parentElement.children].indexOf(at));
    }
    return path;
  };

  async function refresh() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const before = document.getElementById("content");
      const after = page.getElementById("content");
      if (after && before.innerHTML !== after.innerHTML && !typing()) {
        const here = before.contains(document.activeElement) ? place(document.activeElement) : null;
        before.replaceWith(after);
        if (here) here.reduce((at, n) => at && at.children[n], after)?.focus({ preventScroll: true });
      }
      say("live");
    } catch {
      say("not live: the server does not answer");
    } finally {
      busy = false;
      if (again) { again = false; setTimeout(refresh, 500); }
    }
  }

  document.documentElement.classList.add("script");
  document.addEventListener("click", async (click) => {
    const button = click.target.closest(".copy");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
    } catch {  // no right to, or a page that is not https
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
  });

  const typing = () => document.activeElement instanceof HTMLInputElement;

  events.addEventListener("change", refresh);
  events.addEventListener("open", () => say("live"));
  events.addEventListener("error", () => say("not live: the connection is tried again"));
})();
