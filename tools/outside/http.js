// SPDX-License-Identifier: Apache-2.0
// What every outside service for development does with a request: who may ask, how much may be sent, how it is refused.
import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { isIP } from "node:net";

export class Refusal extends Error {
    constructor(status, slug, { headers = {}, members = {} } = {}) {
        super(slug);
        Object.assign(this, { status, slug, headers, members });
    }
}

export function send(response, status, type, content, headers = {}) {
    response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...headers });
    response.end(content);
}

export const sendJson = (response, status, value, headers) =>
    send(response, status, "application/json", JSON.stringify(value) + "\n", headers);

export function checkJson(request) {
    if ((request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase() !== "application/json")
        throw new Refusal(415, "not-json");
}

export async function readBody(request, most) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        size += part.length;
        if (size > most)
            throw new Refusal(413, "too-large", { headers: { Connection: "close" } });
        parts.push(part);
    }
    return Buffer.concat(parts);
}

const hash = (text) => createHash("sha256").update(text).digest();

export function checkToken(request, token) {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (!timingSafeEqual(hash(given), hash(token)))
        throw new Refusal(401, "bad-token", { headers: { "WWW-Authenticate": "Bearer" } });
}

// A page on the web must not read answers through the browser of who runs this, by a name of its own that points here.
function checkHost(request, listen) {
    const host = (request.headers.host ?? "").replace(/:[0-9]+$/, "").replace(/^\[(.*)\]$/, "$1");
    if (host !== "localhost" && host !== listen && isIP(host) === 0)
        throw new Refusal(421, "not-this-host");
}

function checkOrigin(request) {
    const from = request.headers["sec-fetch-site"];
    if (request.method !== "GET" && from !== undefined && from !== "same-origin" && from !== "none")
        throw new Refusal(403, "from-elsewhere");
}

// routes: {"GET /path": (request, response, url) => …}
async function answer(routes, listen, request, response) {
    checkHost(request, listen);
    checkOrigin(request);
    const url = new URL(request.url, "http://service");
    const method = request.method === "HEAD" ? "GET" : request.method;
    const route = routes[`${method} ${url.pathname}`];
    if (route)
        return route(request, response, url);
    const known = Object.keys(routes).some((name) => name.endsWith(" " + url.pathname));
    throw known ? new Refusal(405, "method-not-allowed") : new Refusal(404, "not-found");
}

export function serve(routes, listen) {
    return createServer((request, response) => {
        answer(routes, listen, request, response).catch((error) => {
            if (response.headersSent || response.destroyed)
                return;
            const refusal = error instanceof Refusal ? error : new Refusal(500, "internal");
            if (refusal !== error)
                console.error(error);
            sendJson(response, refusal.status, { error: refusal.slug, ...refusal.members }, refusal.headers);
        });
    });
}
