// The quick exit: hide on touch, empty on press, leave once, stay empty.
// No words and no addresses here: they stand in the HTML.
(() => {
  const link = document.getElementById("quick-exit");
  const page = () => document.getElementById("page");
  let held, gone, keys = [];

  // The document keeps its height, so that a scroll that begins on the bar stays one.
  const hide = () => {
    const part = page();
    if (gone || held || !part) return;
    held = { part, focus: document.activeElement, x: scrollX, y: scrollY };
    document.body.style.minHeight = document.documentElement.scrollHeight + "px";
    part.remove();
  };

  const restore = () => {
    if (gone || !held) return;
    document.body.append(held.part);
    document.body.style.minHeight = "";
    scrollTo(held.x, held.y);
    if (held.part.contains(held.focus)) held.focus.focus({ preventScroll: true });
    held = null;
  };

  const go = () => location.replace(link.href);

  // The mark on the history entry outlives a reload while the destination is slow.
  const leave = () => {
    if (gone) return;
    gone = true;
    held = null;
    try { history.replaceState(1, ""); } catch {}
    stop();
    document.documentElement.replaceChildren();
    go();
  };

  const on = (type, listener) => addEventListener(type, listener, { capture: true, passive: false });
  const onLink = (event) => event.target.closest?.("#quick-exit");

  on("pointerdown", (event) => { keys = []; if (onLink(event)) hide(); });
  on("pointercancel", restore);
  on("pointermove", (event) => {
    if (held && document.elementFromPoint(event.clientX, event.clientY) !== link) restore();
  });
  on("pointerup", (event) => {
    if (!held) return;
    document.elementFromPoint(event.clientX, event.clientY) === link ? leave() : restore();
  });
  // Click is also Enter, voice control and screen readers; auxclick the middle button.
  for (const type of ["click", "auxclick", "contextmenu"]) {
    on(type, (event) => {
      if (!gone && !onLink(event)) return;
      event.preventDefault();
      leave();
    });
  }

  // Esc twice within 1.5 s or Shift three times within 2 s.
  on("keydown", (event) => {
    if (gone) return event.preventDefault();
    const { key, timeStamp: now } = event;
    const [count, span] = { Escape: [2, 1500], Shift: [3, 2000] }[key] || [];
    if (event.repeat || event.isComposing) return;
    if (!count || event.ctrlKey || event.altKey || event.metaKey || (key === "Escape" && event.shiftKey)) {
      keys = [];
      return;
    }
    keys = keys.filter((press) => press.key === key && now - press.now <= span);
    keys.push({ key, now });
    if (keys.length === count) {
      // An Esc that the browser sees stops the navigation that follows.
      event.preventDefault();
      leave();
    }
  });

  // Every other page takes this one's place: a visit is one history entry.
  on("click", (event) => {
    const other = event.target.closest?.("a");
    if (gone || !other || other === link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (other.protocol.startsWith("http")) {
      event.preventDefault();
      location.replace(other.href);
    }
  });

  on("pageshow", (event) => gone && event.persisted && go());
  if (history.state) leave();
})();
