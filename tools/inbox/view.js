// SPDX-License-Identifier: Apache-2.0
// The page, as HTML. It works without its script, which only keeps it current.
import { catalogue, languages } from "./catalogue.js";

const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const escape = (text) => String(text).replace(/[&<>"']/g, (character) => entities[character]);

function query(values) {
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
    return given.length > 0 ? `?${escape(new URLSearchParams(given))}` : "";
}

function moment(iso, language) {
    const when = new Date(iso);
    const shown = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(when);
    return `<time datetime="${escape(when.toISOString())}">${escape(shown)}</time>`;
}

// What a person came for stands by itself, in figures that can be read at arm's length.
function codeOf(message, texts) {
    const code = message.template?.startsWith("code-") ? message.values?.[0] : undefined;
    if (!code)
        return "";
    return `<p class="code"><span class="label">${texts.code}</span> <output>${escape(code)}</output>
<button type="button" class="copy" data-copy="${escape(code)}" data-copied="${texts.copied}" hidden>${texts.copy}</button></p>`;
}

function card(message, texts, language) {
    const notes = [
        message.valid_until ? `${texts.validUntil} ${moment(message.valid_until, language)}` : "",
        message.repeats > 0 ? escape(texts.repeated(message.repeats)) : "",
    ].filter(Boolean);
    return `<li><article lang="${escape(message.language ?? language)}" aria-labelledby="m${message.number}">
<header lang="${language}"><span class="kind ${message.kind}">${texts[message.kind]}</span>
<h2 id="m${message.number}"><span class="visually-hidden">${texts.to} </span><a href="/${query({ lang: language, to: message.to })}">${escape(message.to)}</a></h2>
${moment(message.received_at, language)}</header>
${message.subject ? `<p class="subject">${escape(message.subject)}</p>` : ""}
<p class="text">${escape(message.text)}</p>
${codeOf(message, texts)}
${notes.length > 0 ? `<p class="notes" lang="${language}">${notes.join(" · ")}</p>` : ""}
</article></li>`;
}

function languageSwitch(texts, language, to) {
    const links = languages.map((other) =>
        `<a href="/${query({ lang: other, to })}" lang="${other}" hreflang="${other}"${other === language ? ' aria-current="true"' : ""}>${catalogue[other].name}</a>`);
    return `<nav aria-label="${texts.language}">${links.join("")}</nav>`;
}

function tools(texts, language, to) {
    return `<div class="tools">
<form method="get" action="/" role="search">
<input type="hidden" name="lang" value="${language}">
<label for="to" class="visually-hidden">${texts.filter}</label>
<input id="to" name="to" type="search" value="${escape(to ?? "")}" placeholder="${texts.filter}" autocomplete="off" spellcheck="false">
<button>${texts.show}</button>
</form>
<form method="post" action="/clear${query({ lang: language })}" data-ask="${texts.clearAsk}"><button class="quiet">${texts.clear}</button></form>
</div>`;
}

// messages: oldest first, as the mailbox gives them; last: the number of the newest of all.
export function page({ messages, last, language, to }) {
    const texts = catalogue[language];
    const cards = messages.slice().reverse().map((message) => card(message, texts, language));
    const empty = `<p class="empty">${to ? texts.emptyFor : texts.empty}</p>`;
    return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title} · Hufu</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/inbox.css">
<script type="module" src="/inbox.js"></script>
</head>
<body data-last="${last}" data-away="${texts.away}">
<header class="top"><div><h1>${texts.title}</h1><p>${texts.subtitle}</p></div>${languageSwitch(texts, language, to)}</header>
${tools(texts, language, to)}
<main>
<p class="count" aria-live="polite"><span id="state">${cards.length > 0 ? texts.count(cards.length) : ""}</span> <span id="live" hidden>· ${texts.live}</span></p>
${to ? `<p><a href="/${query({ lang: language })}">${texts.all}</a></p>` : ""}
${cards.length > 0 ? `<ol reversed class="messages">${cards.join("\n")}</ol>` : empty}
</main>
</body>
</html>
`;
}
