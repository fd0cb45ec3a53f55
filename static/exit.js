// The quick exit: hides the page while pressed, empties it on release, leaves, and
// keeps it empty. Its words and its destination are in the HTML. The syntax is that of
// 2017, since one token that a handed-down phone cannot parse would disable all of it.
(() => {
  const root = document.documentElement;
  const link = document.getElementById("quick-exit");
  const settings = document.currentScript.dataset;

  // The pointers that were pressed on the bar, and whether each is over it now.
  const presses = new Map();
  // The button that covers the text, the reader's place, when the tab was hidden.
  let cover, focus, place, hiddenSince;
  let isHidden = false;
  // When the destination was last requested, and its timeout in ms: with a latency of
  // 2 s the first byte takes four round trips (DNS, TCP, TLS, request).
  let askedAt, patience = 8000;
  let keys = [];

  // The target of an event may be the document, which has no `closest`.
  const closest = (target, selector) => target && target.closest && target.closest(selector);

  // Classes on the root, since the text may not have arrived yet.
  const update = () => {
    const isPressed = [...presses.values()].includes(true);
    root.classList.toggle("exit-pressed", isPressed);
    root.classList.toggle("exit-covered", Boolean(cover));
    if (isHidden === (isPressed || Boolean(cover))) return;
    isHidden = !isHidden;
    if (isHidden) {
      focus = document.activeElement;
      place = [scrollX, scrollY];
      return;
    }
    // WebKit scrolls to the top when a key press moves the focus to the bar.
    scrollTo(...place);
    if (closest(focus, "#page")) focus.focus({ preventScroll: true });
  };

  // The keys need script, so only script describes them to screen readers.
  const keyHint = document.createElement("span");
  keyHint.id = "keys";
  keyHint.hidden = true;
  keyHint.textContent = settings.keys;
  link.after(keyHint);
  link.setAttribute("aria-describedby", "keys");

  // Without pointer events, the style hides the text during a press.
  root.classList.toggle("exit-watched", "PointerEvent" in window);

  const go = () => {
    askedAt = Date.now();
    location.replace(link.href);
  };

  // WebKit paints nothing once a navigation has begun: paint the empty page, then go.
  // A hidden tab gets no frames, hence the timer.
  const goOnceDrawn = () => {
    let once = () => {
      once = () => {};
      go();
    };
    requestAnimationFrame(() => requestAnimationFrame(() => once()));
    setTimeout(() => once(), 300);
  };

  // The mark on the history entry survives a reload while the destination is slow.
  // The head stays, so that the title and the dark colours do.
  const leave = () => {
    if (askedAt) {
      // The load was stopped, or the answer was not a page. Each try gets twice the
      // time; else repeated presses would restart a slow load for ever.
      if (Date.now() - askedAt > patience) {
        patience *= 2;
        go();
      }
      return;
    }
    askedAt = Date.now();
    // oxlint-disable-next-line no-unused-vars -- browsers of 2017 need its name
    try { history.replaceState(1, ""); } catch (error) {}
    stop();
    const { head } = document;
    root.textContent = "";
    root.append(head);
    goOnceDrawn();
  };

  const on = (type, listener) => addEventListener(type, listener, { capture: true, passive: false });
  const isOnLink = (event) => closest(event.target, "#quick-exit");
  // A touch keeps its first target wherever the finger moves, and the browser's own
  // translation puts its elements into the link.
  const isOver = ({ clientX, clientY }) =>
    Boolean(closest(document.elementFromPoint(clientX, clientY), "#quick-exit"));

  on("pointerdown", (event) => {
    keys = [];
    // If a release was lost, the next press of a single finger shows the text again.
    if (event.isPrimary) presses.forEach((_, id) => presses.set(id, false));
    if (isOnLink(event)) presses.set(event.pointerId, true);
    if (askedAt) leave();
    update();
  });
  on("pointermove", (event) => {
    if (!presses.has(event.pointerId)) return;
    presses.set(event.pointerId, isOver(event));
    update();
  });
  on("pointerup", (event) => {
    if (presses.delete(event.pointerId) && isOver(event)) leave();
    update();
  });
  on("pointercancel", (event) => {
    presses.delete(event.pointerId);
    update();
  });
  // While another finger scrolls, browsers send touch events but no pointer events.
  link.addEventListener("touchend", (event) => {
    if (isOver(event.changedTouches[0])) leave();
  });
  // Enter, voice control and screen readers click; the middle button sends auxclick.
  for (const type of ["click", "auxclick", "contextmenu"]) {
    on(type, (event) => {
      if (!askedAt && !isOnLink(event)) return;
      event.preventDefault();
      leave();
    });
  }

  // Esc twice within 1.5 s, Shift three times within 2 s, or Space on the bar.
  on("keydown", (event) => {
    const { key, timeStamp: now } = event;
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || (key === "Escape" && event.shiftKey));
    if (askedAt) {
      // An Esc that reaches the browser stops the navigation; other keys may reach it.
      if (isPlain && key === "Escape") event.preventDefault();
      if (isPlain && /^(.|Enter|Escape|Shift)$/u.test(key)) leave();
      return;
    }
    if (event.repeat || event.isComposing) return;
    const [count, span] = (isPlain && { Escape: [2, 1500], Shift: [3, 2000] }[key]) || [];
    keys = count ? keys.filter((press) => press.key === key && now - press.now <= span) : [];
    if (count) keys.push({ key, now });
    if (keys.length === count || (isPlain && key === " " && isOnLink(event))) {
      event.preventDefault();
      leave();
    }
  });

  // Every other page replaces this one, so that a visit is one history entry.
  on("click", (event) => {
    const other = closest(event.target, "a");
    if (!other || other === link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (other.protocol.startsWith("http")) {
      event.preventDefault();
      location.replace(other.href);
    }
  });

  // The cover: after a while out of sight, the page shows only a button, since
  // somebody else may be looking at it.
  const raise = () => {
    if (askedAt || cover || !+settings.coverAfter) return;
    cover = document.createElement("button");
    cover.textContent = settings.show;
    cover.addEventListener("click", () => {
      cover.remove();
      cover = null;
      update();
    });
    document.body.append(cover);
    update();
  };
  const lookAtClock = () => {
    if (hiddenSince && Date.now() - hiddenSince >= settings.coverAfter * 1000) raise();
    hiddenSince = document.hidden && Date.now();
  };
  on("visibilitychange", lookAtClock);
  // A tab opened in the background is out of sight from the start.
  lookAtClock();
  // Before the page enters the back-forward cache, so that it comes back covered.
  on("pagehide", raise);
  on("pageshow", (event) => {
    if (askedAt && event.persisted) go();
  });

  // Sticky follows the layout viewport; on a pinched page follow the visual one.
  const view = window.visualViewport;
  const pin = () => {
    const { scale, offsetLeft, offsetTop } = view;
    link.style.transform = scale > 1 ? `translate(${offsetLeft}px,${offsetTop}px) scale(${1 / scale})` : "";
  };
  if (view) {
    view.addEventListener("resize", pin);
    view.addEventListener("scroll", pin);
  }

  // The page has a warning for readers whose browser ran none of the above.
  root.classList.add("exit-keys");

  // A reload does not scroll to where the reader was.
  history.scrollRestoration = "manual";
  // Loaded again by Back or Forward, or after the tab was discarded. Safari of 2020
  // and Tor Browser have only `performance.navigation`.
  const navigation = performance.getEntriesByType("navigation")[0] || performance.navigation;
  if (history.state) leave();
  else if (document.wasDiscarded || ["back_forward", 2].includes(navigation.type)) raise();
})();
