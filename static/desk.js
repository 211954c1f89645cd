// The desk hears what happens: through the event stream, or by looking every fifteen seconds when it is away.
// Every page works without this. Nothing is stored; an event says only that something happened to an inquiry.
(function () {
  "use strict";

  // What is being typed is not lost by leaving: the browser asks first. It is kept nowhere.
  var going = null;
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.method === "post") form.dataset.typed = "yes";
  });
  document.addEventListener("submit", function (event) { going = event.target; });
  window.addEventListener("beforeunload", function (event) {
    var sent = going;
    going = null;
    var left = Array.from(document.querySelectorAll("form[data-typed]")).some(function (form) { return form !== sent; });
    if (!left) return;
    event.preventDefault();
    // Who stays can send the form again
    window.setTimeout(function () { if (sent) delete sent.dataset.sent; }, 0);
  });

  // Ticks every box of a list, or takes all ticks off again. The list may have been fetched since the page was opened.
  function showTickAll() {
    document.querySelectorAll("[data-tick-all]").forEach(function (button) { button.hidden = false; });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-tick-all]");
    if (!button) return;
    var boxes = Array.from(button.form.querySelectorAll("tbody input[type=checkbox]"));
    var all = boxes.every(function (box) { return box.checked; });
    boxes.forEach(function (box) { box.checked = !all; });
  });
  document.addEventListener("htmx:afterSwap", showTickAll);
  showTickAll();

  var state = document.getElementById("live-state");
  var queue = document.getElementById("queue");
  var more = document.getElementById("new-arrivals");
  if (!state || !queue || !window.htmx) return;
  var top = document.getElementById("top");
  var here = top ? top.dataset.inquiry : "";
  var POLL = 15000, SETTLE = 300;
  // Heard of by nobody while the stream is away; programs and history, which cost most, wait for it
  var POLLED = ["verification", "taken", "call", "callback", "note", "referral"], DEAR = ["panel-programs", "panel-history"];
  var timer = null, polling = null;

  function busy(element) {
    return element.matches(":hover") || element.contains(document.activeElement);
  }

  // Nothing moves under the pointer or the keyboard: say that there is more, and wait to be asked
  function renewQueue() {
    if (!busy(queue)) return htmx.trigger(queue, "renew");
    more.textContent = more.dataset.words;
    more.hidden = false;
  }
  more.addEventListener("click", function () {
    more.hidden = true;
    htmx.trigger(queue, "renew");
  });
  // Said once, and only when the list is another one: a screen reader is not told every fifteen seconds
  var said = document.getElementById("queue-said"), order = names();
  function names() {
    return Array.from(queue.querySelectorAll("a.queue-item"), function (item) { return item.pathname; }).join();
  }
  queue.addEventListener("htmx:afterSwap", function () {
    more.hidden = true;
    if (names() !== order) said.textContent = said.textContent === said.dataset.words ? said.dataset.words + "." : said.dataset.words;
    order = names();
  });

  // Parts in which somebody types, or that hold the focus, are left alone and say that they are out of date
  function stale(panel) {
    if (panel.previousElementSibling && panel.previousElementSibling.classList.contains("stale")) return;
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-secondary stale";
    button.textContent = top.dataset.stale;
    button.addEventListener("click", function () { renew([panel]); });
    panel.before(button);
  }
  function renew(panels) {
    if (!panels.length) return;
    var wanted = panels.map(function (panel) { return panel.id.replace("panel-", ""); }).join("-");
    var address = top.dataset.panels.replace("/next/", "/" + wanted + "/") + window.location.search;
    htmx.ajax("GET", address, { source: top, swap: "none" });
  }
  function renewPanels(kinds, polled) {
    var panels = Array.from(document.querySelectorAll("[data-panel]")).filter(function (panel) {
      var wanted = panel.dataset.panel.split(" ");
      if (polled && DEAR.indexOf(panel.id) >= 0) return false;
      return kinds.some(function (kind) { return wanted.indexOf(kind) >= 0; });
    });
    var held = panels.filter(function (panel) {
      return panel.contains(document.activeElement) || panel.querySelector("form[data-typed]");
    });
    if (!polled) held.forEach(stale);
    renew(panels.filter(function (panel) { return held.indexOf(panel) < 0; }));
  }
  var whose = words();
  function words() {
    var line = document.querySelector("[data-say]");
    return line ? line.dataset.say : "";
  }
  document.body.addEventListener("htmx:oobAfterSwap", function (event) {
    var before = event.detail.target.previousElementSibling;
    if (before && before.classList.contains("stale")) before.remove();
    if (words() && words() !== whose) document.dispatchEvent(new CustomEvent("say", { detail: { words: words() } }));
    whose = words();
  });

  // Several things often happen at once: answer them together
  var kinds = [], queueTouched = false;
  function settle() {
    timer = null;
    if (queueTouched) renewQueue();
    if (kinds.length) renewPanels(kinds, false);
    kinds = [];
    queueTouched = false;
  }
  function heard(event) {
    var data = JSON.parse(event.data);
    queueTouched = true;
    if (data.inquiry === here) kinds.push(data.kind);
    if (!timer) timer = window.setTimeout(settle, SETTLE);
  }

  function poll() {
    if (polling) return;
    polling = window.setInterval(function () {
      renewQueue();
      if (here) renewPanels(POLLED, true);
    }, POLL);
  }
  function stopPolling() {
    window.clearInterval(polling);
    polling = null;
  }

  // The session is over: say so and stay, since somebody may be typing; what they send is kept for them
  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status !== 401) return;
    document.getElementById("signed-out").hidden = false;
    document.body.classList.add("signed-out");
  });

  if (!window.EventSource) return poll();
  var stream = new EventSource(state.dataset.live, { withCredentials: true });
  stream.addEventListener("open", stopPolling);
  stream.addEventListener("error", poll);
  stream.addEventListener("board", heard);
  window.addEventListener("pagehide", function () { stream.close(); });
})();
