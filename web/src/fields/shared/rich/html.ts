const kTags = new Set(["P", "BR", "B", "STRONG", "I", "EM", "U", "S", "A", "UL", "OL", "LI", "BLOCKQUOTE", "CODE", "PRE", "H1", "H2", "H3", "SPAN", "DIV"]);

export function htmlToText(html: string): string {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return (parsed.body.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** Rebuilds the tree from the tags that text needs; attributes go, but for the address of a link over http(s), mailto or tel and the colleague a mention names. */
export function safeFragment(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  copyChildren(parsed.body, fragment);
  return fragment;
}

function copyChildren(from: Node, to: Node): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(child.textContent ?? ""));
    } else if (child instanceof Element) {
      if (!kTags.has(child.tagName)) {
        if (!/^(SCRIPT|STYLE|IFRAME|OBJECT|TEMPLATE)$/.test(child.tagName)) copyChildren(child, to);
        continue;
      }
      const copy = document.createElement(child.tagName);
      const address = child.getAttribute("href") ?? "";
      if (child.tagName === "A" && /^(https?:|mailto:|tel:)/i.test(address)) {
        copy.setAttribute("href", address);
        copy.setAttribute("rel", "noopener noreferrer");
        copy.setAttribute("target", "_blank");
      }
      const mention = child.getAttribute("data-mention") ?? "";
      if (child.tagName === "SPAN" && /^user:\d+$/.test(mention)) {
        copy.setAttribute("data-mention", mention);
        copy.contentEditable = "false";
      }
      copyChildren(child, copy);
      to.appendChild(copy);
    }
  }
}
