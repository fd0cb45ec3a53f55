// Opens the reader's country at once, and the plan for printing; never keeps its ticks.
// Runs once the list of countries is parsed. Nothing leaves the device.
(() => {
  // A page that readers leave in other ways may come back from the browser's memory.
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

  // Last, because a browser may lack Intl.Locale or report an invalid language.
  const list = document.getElementById("numbers");
  // Phones all over the world default to en-US: trust it only in America.
  const isElsewhere = () =>
    navigator.language === "en-US" &&
    !/^(America\/|Pacific\/Honolulu$)/.test(Intl.DateTimeFormat().resolvedOptions().timeZone);
  const country = document.getElementById(new Intl.Locale(navigator.language).region);
  if (country && !isElsewhere()) {
    // Also for a country with only an emergency number: the attribute makes it print.
    country.setAttribute("open", "");
    list.before(country);
    if (country.localName === "p") list.before(list.querySelector("p"));
  }
})();
