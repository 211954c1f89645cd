// Everything here is a comfort: every page works without it. No data leaves the page, nothing is stored but the word
// that somebody left.
(function () {
  "use strict";

  // Quick exit: have the form forgotten on this device, replace this page in the history, and be gone without waiting
  // for an answer. Escape three times within two seconds does the same. Without script the button posts.
  var exit = document.querySelector("[data-quick-exit]");
  function leave(event) {
    var quietly = new FormData();
    quietly.append("quietly", "yes");
    document.title = "";
    document.body.hidden = true;
    // Locks the form at once; our answer to what follows forgets it, and may come after somebody pressed Back
    document.cookie = exit.dataset.leftCookie;
    if (!navigator.sendBeacon || !navigator.sendBeacon(exit.action, quietly)) {
      if (!event) exit.submit();
      return;
    }
    if (event) event.preventDefault();
    window.location.replace(exit.dataset.quickExit);
  }
  if (exit) {
    exit.addEventListener("submit", leave);
    var pressed = [];
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") {
        pressed = [];
        return;
      }
      pressed = pressed.filter(function (at) { return event.timeStamp - at < 2000; });
      pressed.push(event.timeStamp);
      if (pressed.length === 3) leave();
    });
  }

  // An error summary takes the focus once, so that a screen reader says what went wrong.
  function focusSummary(root) {
    var summary = root.querySelector(".error-summary");
    if (summary) summary.focus();
  }
  focusSummary(document);

  // Speak politely: any element may dispatch "say" with the words, the page's one live region says them.
  var region = document.getElementById("live-region");
  function say(words) {
    if (!region) return;
    region.textContent = "";
    window.setTimeout(function () { region.textContent = words; }, 50);
  }
  document.addEventListener("say", function (event) { say(event.detail && event.detail.words || ""); });

  document.addEventListener("htmx:afterSwap", function (event) { focusSummary(event.target); });
  document.addEventListener("htmx:responseError", function () { say(region ? region.dataset.failed : ""); });
  document.addEventListener("htmx:sendError", function () { say(region ? region.dataset.failed : ""); });

  // "None of these" unticks the others and is unticked by them.
  document.addEventListener("change", function (event) {
    var box = event.target;
    if (!box.matches || !box.matches("input[type=checkbox][name]") || !box.checked) return;
    var group = box.closest("fieldset");
    if (!group || !group.querySelector("[data-none-of-these]")) return;
    group.querySelectorAll("input[type=checkbox]").forEach(function (other) {
      if (other !== box && (box.hasAttribute("data-none-of-these") || other.hasAttribute("data-none-of-these"))) {
        other.checked = false;
      }
    });
  });

  // A form is sent once: the second press is ignored, the button stays in its place. What is downloaded leaves the page
  // where it is, so it may be asked for again, and in the other language.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    var again = form.hasAttribute("hx-post") || form.hasAttribute("data-download");
    if (form.method === "post" && !again) form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function (event) {
    // A page of questions is never shown again from memory: it may have been locked since
    if (event.persisted && document.querySelector(".page--form")) {
      document.body.hidden = true;
      window.location.reload();
    }
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  // "Print" is there only where a script can do it
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
