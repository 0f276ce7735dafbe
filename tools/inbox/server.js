// SPDX-License-Identifier: Apache-2.0
// The HTTP of docs/adapters.md for SMS and e-mail, and what shows what arrived: a page for people, JSON for tests.
import { readFileSync } from "node:fs";

import { Refusal, checkJson, checkToken, readBody, send, sendJson, serve } from "../outside/http.js";
import { chooseLanguage } from "./catalogue.js";
import { Faults } from "./fault.js";
import { Mailbox } from "./mailbox.js";
import { BODY_MAX, parse } from "./message.js";
import { page } from "./view.js";

const WAIT_MAX_MS = 30000;
const KEY_FORM = /^[\x21-\x7e]{1,128}$/;

const files = Object.fromEntries(
    [["inbox.css", "text/css; charset=utf-8"], ["inbox.js", "text/javascript; charset=utf-8"], ["icon.svg", "image/svg+xml"]]
        .map(([name, type]) => ["/" + name, { type, content: readFileSync(new URL("page/" + name, import.meta.url)) }]),
);

const pagePolicy = {
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

function number(text, fallback, most) {
    if (text === null)
        return fallback;
    if (!/^-?[0-9]{1,15}$/.test(text))
        throw new Refusal(400, "bad-field");
    return Math.min(Number(text), most);
}

// Cuts the connection when the client is gone or the fault says so; true: somebody still wants the answer.
async function pretend(response, fault) {
    if (fault.hang_up) {
        response.destroy();
        return false;
    }
    if (fault.delay_ms)
        await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
    return !response.destroyed;
}

export function inbox({ token, listen = "127.0.0.1" }) {
    const mailbox = new Mailbox();
    const faults = new Faults();

    async function take(kind, request, response) {
        checkToken(request, token);
        const key = request.headers["idempotency-key"] ?? "";
        checkJson(request);
        if (!KEY_FORM.test(key))
            throw new Refusal(400, "no-key");
        const body = await readBody(request, BODY_MAX);
        const { content, error } = parse(kind, body);
        if (error)
            throw new Refusal(error === "bad-json" ? 400 : 422, error);
        const fault = faults.next();
        if (fault.status)
            throw new Refusal(fault.status, "fault", { headers: fault.retry_after === undefined ? {} : { "Retry-After": String(fault.retry_after) } });
        const { outcome, message } = mailbox.deliver(`${kind} ${key}`, body, content);
        if (!(await pretend(response, fault)))
            return;
        if (outcome === "conflict")
            throw new Refusal(409, "key-used");
        sendJson(response, outcome === "new" ? 202 : 200, { number: message.number, repeated: outcome === "repeated" });
    }

    function query(url) {
        const text = (name) => url.searchParams.get(name) || undefined;
        return { to: text("to"), kind: text("kind"), after: number(url.searchParams.get("after"), 0, Number.MAX_SAFE_INTEGER) };
    }

    async function list(request, response, url) {
        const gone = new AbortController();
        response.on("close", () => gone.abort());
        const wait = number(url.searchParams.get("wait"), 0, WAIT_MAX_MS);
        const messages = wait > 0 ? await mailbox.wait(query(url), wait, gone.signal) : mailbox.list(query(url));
        sendJson(response, 200, { messages, last: mailbox.last });
    }

    function forget(request, response, url) {
        mailbox.clear(query(url).to);
        sendJson(response, 200, { last: mailbox.last });
    }

    async function setFaults(request, response) {
        let fault;
        try {
            fault = JSON.parse(await readBody(request, BODY_MAX));
        } catch (error) {
            throw error instanceof Refusal ? error : new Refusal(400, "bad-json");
        }
        if (!faults.set(fault))
            throw new Refusal(422, "bad-field");
        sendJson(response, 200, {});
    }

    function show(request, response, url) {
        const language = chooseLanguage(url.searchParams.get("lang"), request.headers["accept-language"]);
        const { to } = query(url);
        const trimmed = to?.trim() || undefined;
        const html = page({ messages: mailbox.list({ to: trimmed }), last: mailbox.last, language, to: trimmed });
        send(response, 200, "text/html; charset=utf-8", html, { ...pagePolicy, "Content-Language": language, Vary: "Accept-Language" });
    }

    function clearFromPage(request, response, url) {
        mailbox.clear();
        send(response, 303, "text/plain", "", { Location: "/" + url.search });
    }

    const routes = {
        "POST /sms": (request, response) => take("sms", request, response),
        "POST /email": (request, response) => take("email", request, response),
        "GET /messages": list,
        "DELETE /messages": forget,
        "PUT /faults": setFaults,
        "GET /": show,
        "POST /clear": clearFromPage,
        "GET /healthz": (request, response) => sendJson(response, 200, { status: "alive" }),
    };
    for (const [path, { type, content }] of Object.entries(files))
        routes["GET " + path] = (request, response) => send(response, 200, type, content);

    return serve(routes, listen);
}
