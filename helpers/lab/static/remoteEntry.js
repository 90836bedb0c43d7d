// A JupyterLab extension, in the form in which JupyterLab loads those that are built apart from it.
// It marks the collection's pages, so that page.css applies to them and to no other notebook, and it
// makes links to sections arrive.

(() => {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("page.css", document.currentScript.src);
  document.head.append(sheet);

  const plugin = {
    id: "checked-gradients:page",
    autoStart: true,
    activate(app) {
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew(panel, context) {
          context.ready.then(() => {
            const ours = context.model.getMetadata("checked_gradients") !== undefined;
            panel.node.classList.toggle("checked-gradients", ours);
          });
          // JupyterLab goes to the section that a link names before the notebook is on the screen,
          // and then shows the top.
          const show = panel.setFragment.bind(panel);
          panel.setFragment = (section) =>
            Promise.all([context.ready, panel.revealed]).then(() =>
              requestAnimationFrame(() => show(section)),
            );
        },
      });
    },
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["checked-gradients"] = {
    init() {},
    async get() {
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
