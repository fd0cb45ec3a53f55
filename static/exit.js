// The quick exit: hide on touch, empty on press, leave once, stay empty.
// No words and no addresses here: they stand in the HTML.
(() => {
  const root = document.documentElement;
  const link = document.getElementById("quick-exit");
  const settings = document.currentScript.dataset;
  // held: the content while it is out of the document; cover: what stands in for it.
  // A tab opened behind another is out of sight from the start.
  let held, cover, gone, hiddenSince = Date.now(), keys = [];

  // The document keeps its height, so that a scroll that begins on the bar stays one.
  const hide = () => {
    const part = document.getElementById("page");
    if (gone || held || !part) return;
    held = { part, focus: document.activeElement, x: scrollX, y: scrollY };
    document.body.style.minHeight = root.scrollHeight + "px";
    part.remove();
  };

  const restore = () => {
    if (gone || cover || !held) return;
    const { part, focus, x, y } = held;
    held = null;
    document.body.append(part);
    document.body.style.minHeight = "";
    scrollTo(x, y);
    if (part.contains(focus)) focus.focus({ preventScroll: true });
  };

  // The keys work with script only, so script tells screen readers of them.
  const keyHint = document.createElement("span");
  keyHint.id = "keys";
  keyHint.hidden = true;
  keyHint.textContent = settings.keys;
  link.after(keyHint);
  link.setAttribute("aria-describedby", "keys");

  const go = () => location.replace(link.href);

  // WebKit draws nothing once a navigation has begun: draw the empty page, then go.
  // In a hidden tab no frame comes, hence the clock.
  const goOnceDrawn = () => {
    let once = () => { once = () => {}; go(); };
    requestAnimationFrame(() => requestAnimationFrame(() => once()));
    setTimeout(() => once(), 300);
  };

  // The mark on the history entry outlives a reload while the destination is slow.
  const leave = () => {
    if (gone) return;
    gone = true;
    held = cover = null;
    try { history.replaceState(1, ""); } catch {}
    stop();
    root.textContent = "";
    goOnceDrawn();
  };

  const on = (type, listener) => addEventListener(type, listener, { capture: true, passive: false });
  const onLink = (event) => event.target.closest?.("#quick-exit");
  // A browser that translates puts elements of its own into the link.
  const overLink = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest("#quick-exit");

  on("pointerdown", (event) => { keys = []; if (onLink(event)) hide(); });
  on("pointercancel", restore);
  on("pointermove", (event) => { if (held && !overLink(event)) restore(); });
  on("pointerup", (event) => { if (held) overLink(event) ? leave() : restore(); });
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
    // An Esc that the browser sees stops the navigation that follows.
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

  // The curtain: a page that was out of sight for long comes back covered.
  on("visibilitychange", () => {
    if (gone) return;
    if (document.hidden) {
      hiddenSince = Date.now();
      return;
    }
    if (cover || !+settings.curtain || Date.now() - hiddenSince < settings.curtain * 1000) return;
    hide();
    cover = document.createElement("button");
    cover.textContent = settings.show;
    cover.onclick = () => {
      cover.remove();
      cover = null;
      restore();
    };
    document.body.append(cover);
  });

  // Sticky follows the layout; on a pinched page the bar follows what is seen.
  const view = window.visualViewport;
  const pin = () => {
    const { scale, offsetLeft, offsetTop } = view;
    link.style.transform = scale > 1 ? `translate(${offsetLeft}px,${offsetTop}px) scale(${1 / scale})` : "";
  };
  view?.addEventListener("resize", pin);
  view?.addEventListener("scroll", pin);

  on("pageshow", (event) => gone && event.persisted && go());
  if (history.state) leave();
})();
