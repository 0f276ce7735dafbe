// SPDX-License-Identifier: Apache-2.0
// Every word that the page shows, in each language.

export const catalogue = {
    "zh-CN": {
        name: "中文",
        title: "收件箱",
        subtitle: "开发环境：短信和邮件不会真正发出，只显示在这里。",
        sms: "短信",
        email: "邮件",
        to: "收件人",
        code: "验证码",
        copy: "复制",
        copied: "已复制",
        filter: "号码或邮箱",
        show: "筛选",
        all: "显示全部",
        clear: "清空",
        clearAsk: "清空收件箱中的全部消息？",
        empty: "还没有收到任何消息。",
        emptyFor: "没有发给该收件人的消息。",
        count: (shown) => `共 ${shown} 条，最新的在前`,
        repeated: (times) => `重复投递 ${times} 次，只显示一次`,
        validUntil: "有效期至",
        language: "语言",
        live: "有新消息时自动更新",
        away: "与收件箱的连接已断开，正在重试…",
    },
    en: {
        name: "English",
        title: "Inbox",
        subtitle: "Development: text messages and e-mail are not sent anywhere, only shown here.",
        sms: "SMS",
        email: "E-mail",
        to: "To",
        code: "Code",
        copy: "Copy",
        copied: "Copied",
        filter: "Number or e-mail address",
        show: "Filter",
        all: "Show all",
        clear: "Clear",
        clearAsk: "Remove every message from the inbox?",
        empty: "Nothing has arrived yet.",
        emptyFor: "Nothing has arrived for this recipient.",
        count: (shown) => `${shown} ${shown === 1 ? "message" : "messages"}, newest first`,
        repeated: (times) => `sent again ${times === 1 ? "once" : `${times} times`}, shown once`,
        validUntil: "Valid until",
        language: "Language",
        live: "New messages appear by themselves",
        away: "The inbox does not answer; trying again…",
    },
};

export const languages = Object.keys(catalogue);

// The language asked for by name, else the first of an Accept-Language header that is known, else the first of all.
export function chooseLanguage(asked, accepted) {
    if (languages.includes(asked))
        return asked;
    const wanted = (accepted ?? "")
        .split(",")
        .map((part) => {
            const [tag, ...parameters] = part.trim().split(";");
            const weight = parameters.map((parameter) => /^\s*q=([0-9.]+)\s*$/.exec(parameter)).find(Boolean);
            return { tag: tag.toLowerCase(), weight: weight ? Number(weight[1]) : 1 };
        })
        .filter(({ tag, weight }) => tag && weight > 0)
        .sort((a, b) => b.weight - a.weight);
    for (const { tag } of wanted) {
        const found = languages.find((language) => language.toLowerCase() === tag || language.split("-")[0] === tag.split("-")[0]);
        if (found)
            return found;
    }
    return languages[0];
}
