// SPDX-License-Identifier: Apache-2.0
// Keeps the page current: waits for the next message and puts the new list in the old one's place.

const WAIT_MS = 25000;
const RETRY_MS = 2000;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function dress() {
    for (const time of document.querySelectorAll("time"))
        time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" })
            .format(new Date(time.dateTime));
    for (const button of document.querySelectorAll("button[data-copy]")) {
        button.hidden = false;
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(button.dataset.copy);
            button.textContent = button.dataset.copied;
        });
    }
    document.getElementById("live").hidden = false;
}

async function renew() {
    const answer = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    dress();
}

async function follow() {
    let last = Number(document.body.dataset.last);
    for (;;) {
        try {
            const answer = await fetch(`/messages?after=${last}&wait=${WAIT_MS}`);
            const news = await answer.json();
            if (news.last !== last)
                await renew();
            last = news.last;
        } catch {
            document.getElementById("state").textContent = document.body.dataset.away;
            await sleep(RETRY_MS);
            last = -1; // an inbox that was started anew counts anew
        }
    }
}

for (const form of document.querySelectorAll("form[data-ask]"))
    form.addEventListener("submit", (event) => {
        if (!confirm(form.dataset.ask))
            event.preventDefault();
    });
dress();
follow();
