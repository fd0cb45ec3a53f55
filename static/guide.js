// Opens the reader's country, opens the plan for printing, and clears its ticks.
// Runs once the list of countries is parsed. Nothing leaves the device.
(() => {
  // A page left other than by the exit may come back from the back-forward cache.
  addEventListener("pagehide", () => {
    for (const box of document.querySelectorAll("input")) box.checked = false;
  });

  // Browsers before 2025 print no closed topic, whatever the style says.
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

  const list = document.getElementById("numbers");
  // en-US is the default of phones everywhere: trust it only in American time zones.
  const isElsewhere = () =>
    navigator.language === "en-US" &&
    !/^(America\/|Pacific\/Honolulu$)/.test(Intl.DateTimeFormat().resolvedOptions().timeZone);
  // Intl.Locale would do this, but phones before 2020 lack it.
  const [, region] = /-([A-Z]{2})\b/.exec(navigator.language) || [];
  const country = document.getElementById(region);
  if (country && !isElsewhere()) {
    // On an emergency number alone, which has nothing to open, this still makes it print.
    country.setAttribute("open", "");
    list.before(country);
    if (country.localName === "p") list.before(list.querySelector("p"));
  }
})();
