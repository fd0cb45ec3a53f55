// The reader's country, open at once; the plan, open while printed and never kept.
// Runs when the list of countries is read. Nothing leaves the device.
(() => {
  // A page left by other ways may come back whole from the browser's memory.
  addEventListener("pagehide", () => {
    for (const box of document.querySelectorAll("input")) box.checked = false;
  });

  // Browsers before 2025 print nothing closed, whatever the style says.
  const printed = ".plan, .numbers [id][open]:not(#numbers) > details";
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(printed)].filter((topic) => !topic.open);
    for (const topic of opened) topic.open = topic.dataset.form = true;
  });
  addEventListener("afterprint", () => {
    for (const topic of opened) {
      topic.open = false;
      delete topic.dataset.form;
    }
  });

  // Last, for a browser may have no Intl.Locale, or a language that is none.
  const list = document.getElementById("numbers");
  // en-US is the default of phones the world over: believe it in America only.
  const isElsewhere = () =>
    navigator.language === "en-US" &&
    !/^(America\/|Pacific\/Honolulu$)/.test(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const country = document.getElementById(new Intl.Locale(navigator.language).region);
  if (country && !isElsewhere()) {
    // What has nothing to open, an emergency number alone, is printed by this too.
    country.setAttribute("open", "");
    list.before(country);
    if (country.localName === "p") list.before(list.querySelector("p"));
  }
})();
