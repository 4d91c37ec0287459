// What a browser knows of a page: its theme, what is wider than the window, pictures
// without contents or without a text in their place, and text of too little contrast.
least => {
    const channel = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const parse = c => c.match(/[\d.]+/g).map(Number);
    const luminance = c => {
        const [r, g, b] = c.slice(0, 3).map(v => channel(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = e => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length < 4 || c[3] > 0.99) return c;
        }
        return [255, 255, 255];
    };
    const contrast = e => {
        const a = luminance(parse(getComputedStyle(e).color));
        const b = luminance(behind(e));
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const article = document.querySelector("article") || document.body;
    const texts = [...article.querySelectorAll("p, li, td, th, h1, h2, h3, dt, dd")];
    const pictures = [...article.querySelectorAll("img")];
    return {
        theme: document.documentElement.dataset.theme,
        excess: document.documentElement.scrollWidth - window.innerWidth,
        empty: pictures.filter(p => p.complete && !p.naturalWidth).map(p => p.src),
        silent: pictures.filter(p => !p.hasAttribute("alt") || /\.png$/.test(p.alt))
            .map(p => p.src),
        pale: texts.map(e => [contrast(e), e.innerText.slice(0, 60)])
            .filter(([c, text]) => text.trim() && c < least),
        small: parseFloat(getComputedStyle(article).fontSize),
    };
}
