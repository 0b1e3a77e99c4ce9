// Lets the search work on pages that are opened from the disk: there a browser starts no worker
// and reads no other file, but it runs scripts. Elsewhere the search of mkdocs stays as it is.
if (location.protocol === "file:") {
  window.Worker = class {
    constructor() {
      this.documents = {};
      this.waiting = [];
      const folder = joinUrl(base_url, "search/");
      const names = ["search_index", "lunr", "lunr.stemmer.support", "lunr.multi", "lunr.de"];
      this.load(names.map((name) => folder + name + ".js"));
    }

    load(paths) {
      if (paths.length === 0) {
        this.build();
        return;
      }
      const script = document.createElement("script");
      script.src = paths[0];
      script.onload = () => this.load(paths.slice(1));
      document.head.appendChild(script);
    }

    build() {
      const documents = searchIndex.docs;
      lunr.tokenizer.separator = new RegExp(searchIndex.config.separator);
      this.index = lunr(function () {
        this.use(lunr.multiLanguage("en", "de"));
        this.field("title");
        this.field("text");
        this.ref("location");
        documents.forEach((each) => this.add(each));
      });
      documents.forEach((each) => (this.documents[each.location] = each));
      this.onmessage({ data: { config: searchIndex.config } });
      this.onmessage({ data: { allowSearch: true } });
    }

    postMessage(message) {
      if (message.query) {
        const found = this.index.search(message.query).map((each) => {
          const page = this.documents[each.ref];
          return { ...page, summary: page.text.substring(0, 200) };
        });
        this.onmessage({ data: { results: found } });
      }
    }
  };
}
