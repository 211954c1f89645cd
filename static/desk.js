// The desk hears what happens: through the event stream, or by looking every fifteen seconds when it is away.
// Every page works without this. Nothing is stored; an event says only that something happened to an inquiry.
(function () {
  "use strict";
  var state = document.getElementById("live-state");
  var queue = document.getElementById("queue");
  var more = document.getElementById("new-arrivals");
  if (!state || !queue || !window.htmx) return;
  var top = document.getElementById("top");
  var here = top ? top.dataset.inquiry : "";
  var POLL = 15000, SETTLE = 300;
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

  function renewPanels(kinds) {
    document.querySelectorAll("[data-panel]").forEach(function (panel) {
      var wanted = panel.dataset.panel.split(" ");
      var touched = kinds === null || kinds.some(function (kind) { return wanted.indexOf(kind) >= 0; });
      if (touched && !panel.contains(document.activeElement)) htmx.trigger(panel, "renew");
    });
  }

  // Several things often happen at once: answer them together
  var kinds = [], queueTouched = false;
  function settle() {
    timer = null;
    if (queueTouched) renewQueue();
    if (kinds.length) renewPanels(kinds);
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
      if (here) renewPanels(["verification"]);
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
