"use strict";

const words = {
  current: "Authentique, et c’est la dernière version. · Genuine, and the last version.",
  updated: "Authentique, mais mis à jour depuis. · Genuine, but updated since.",
  corrected: "Authentique, mais rectifié depuis. · Genuine, but corrected since.",
  withdrawn: "Authentique, mais retiré depuis : à ne pas utiliser. · Genuine, but withdrawn since: do not use.",
  killed: "Annulé depuis : à supprimer. · Killed since: delete it.",
  unknown: "Rien de tel n’a été attesté ici. · Nothing like this is stated here.",
  failed: "La vérification n’a pas pu se faire. · It could not be verified.",
};

const result = document.getElementById("result");
const text = document.getElementById("text");
const file = document.getElementById("file");
const drop = document.getElementById("drop");

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// As statements take it: NFC, LF, trimmed.
function normalized(raw) {
  const lines = raw.replace(/^\ufeff+/, "").normalize("NFC").replace(/\r\n?/g, "\n").split("\n");
  return lines.map((line) => line.trimEnd()).join("\n").trim();
}

async function candidates(bytes) {
  const hashes = [await sha256(bytes)];
  try {
    const decoded = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    hashes.push(await sha256(new TextEncoder().encode(normalized(decoded))));
  } catch {
    // It is no text.
  }
  return hashes;
}

function show(state, hash, told) {
  result.dataset.state = state;
  result.replaceChildren();
  const line = document.createElement("p");
  line.textContent = words[state];
  const code = document.createElement("code");
  code.textContent = hash ? `SHA-256 ${hash}` : "";
  result.append(line, code);
  if (told) {
    const item = document.createElement("p");
    item.textContent = `${told.uri} · version ${told.version} · ${told.form} · ${told.stated_at}`;
    if (told.drill) item.textContent += " · EXERCICE · EXERCISE";
    const last = document.createElement("a");
    last.href = new URL(told.links.last).pathname;
    last.textContent = "Dernière version · Last version";
    result.append(item, last);
  }
}

async function check(bytes) {
  try {
    const hashes = await candidates(bytes);
    for (const hash of hashes) {
      const answer = await fetch(`/v1/verify?sha256=${hash}`);
      if (answer.status === 200) {
        const told = await answer.json();
        return show(told.state, hash, told);
      }
      if (answer.status !== 404) {
        return show("failed", hash);
      }
    }
    show("unknown", hashes[0]);
  } catch {
    show("failed");
  }
}

document.getElementById("check").addEventListener("click", () => check(new TextEncoder().encode(text.value)));
file.addEventListener("change", async () => file.files[0] && check(await file.files[0].arrayBuffer()));
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer.files[0];
  if (dropped) check(await dropped.arrayBuffer());
});
