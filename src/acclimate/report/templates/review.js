"use strict";
const items = [...document.querySelectorAll("[data-item]")];
const reviewer = document.getElementById("reviewer");
const progress = document.getElementById("progress");
const place = `acclimate review ${document.body.dataset.sheet}`;

function chosen(item) {
  const one = item.querySelector("input:checked");
  return one ? one.value : "";
}

function state() {
  const rows = items.map(item => [item.dataset.item, [chosen(item), item.querySelector("textarea").value]]);
  return { reviewer: reviewer.value, rows: Object.fromEntries(rows) };
}

function show() {
  const done = items.filter(item => chosen(item)).length;
  for (const item of items) item.classList.toggle("done", chosen(item) !== "");
  progress.textContent = `${done} of ${items.length} chosen`;
}

function keep() {
  show();
  try { localStorage.setItem(place, JSON.stringify(state())); } catch { /* a browser may forbid it: the download is what counts */ }
}

function restore() {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(place)); } catch { /* nothing was kept */ }
  if (!kept) return;
  reviewer.value = kept.reviewer;
  for (const item of items) {
    const [choice, comment] = kept.rows[item.dataset.item] || ["", ""];
    for (const input of item.querySelectorAll("input")) input.checked = input.value === choice;
    item.querySelector("textarea").value = comment;
  }
}

function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

function table() {
  const made = state();
  const lines = items.map(item => [item.dataset.item, ...made.rows[item.dataset.item], made.reviewer.trim()]);
  return "\ufeff" + [["item", "choice", "comment", "reviewer"], ...lines].map(line => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], { type: "text/csv" }));
  link.download = `review_${reviewer.value.trim().replace(/[^\p{L}\p{N}]+/gu, "_") || "filled"}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}

document.addEventListener("input", keep);
document.getElementById("download").addEventListener("click", download);
restore();
show();
