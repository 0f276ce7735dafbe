// SPDX-License-Identifier: Apache-2.0
// The HTTP of docs/adapters.md for comparing faces.
import { Refusal, checkJson, checkToken, readBody, sendJson, serve } from "../outside/http.js";
import { BYTES_MAX } from "./picture.js";

const BASE64URL_MAX = Math.ceil((BYTES_MAX * 4) / 3);
const BODY_MAX = 2 * BASE64URL_MAX + 256;
const PICTURES = ["reference", "probe"];

function parse(bytes) {
    let body;
    try {
        body = JSON.parse(bytes);
    } catch {
        throw new Refusal(400, "bad-json");
    }
    const names = typeof body === "object" && body !== null ? Object.keys(body).sort() : [];
    if (names.join() !== [...PICTURES].sort().join())
        throw new Refusal(400, "bad-field");
    return PICTURES.map((name) => {
        if (typeof body[name] !== "string" || !/^[A-Za-z0-9_-]+$/.test(body[name]))
            throw new Refusal(400, "bad-field", { members: { picture: name } });
        if (body[name].length > BASE64URL_MAX)
            throw new Refusal(413, "too-large", { members: { picture: name } });
        return Buffer.from(body[name], "base64url");
    });
}

// queue.compare(reference, probe): a promise of the result, or null when too many wait.
export function face({ token, listen = "127.0.0.1", queue }) {
    async function compare(request, response) {
        checkToken(request, token);
        checkJson(request);
        const [reference, probe] = parse(await readBody(request, BODY_MAX));
        const result = await queue.compare(reference, probe);
        if (result === null)
            throw new Refusal(503, "busy", { headers: { "Retry-After": "1" } });
        if (result.error === "internal")
            throw new Refusal(500, "internal");
        if (result.error)
            throw new Refusal(422, result.error, { members: { picture: result.picture } });
        sendJson(response, 200, result);
    }

    const routes = {
        "POST /compare": compare,
        "GET /healthz": (request, response) => sendJson(response, 200, { status: "alive" }),
    };
    return serve(routes, listen);
}
