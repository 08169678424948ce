"""The window: the only package that imports PySide6.

How it is put together, and the rules for whoever adds to it:

**Where things are.** ``application.run_window`` starts; ``main_window`` is the frame (rail,
banners, stack of pages, toasts, palette); ``context.AppContext`` is handed to every page and is
all that a page may use of the app: ``store``, ``watcher``, ``engine``, ``images``, ``messages``,
``commands``, ``registry`` (of generators), ``settings``, ``go(page_id, ...)``. No globals, no
singletons.

**A page** is a subclass of ``pages.page.Page`` plus one line in ``pages.registry.PAGES``. It is
made when first shown: ``__init__`` without widgets, then ``build`` piece by piece. ``enter`` is
called each time it is shown, ``on_changes(Changes)`` while it is shown, ``self.stale`` says that
changes were missed. What it wants to find again goes through ``state`` and ``restore``. Its
commands go through ``add_command``: shortcut, palette and F1 list come from there.

**The library** is asked in the background only::

    self.context.store.read(self, lambda library: library.assets.page(query, limit=200), self._show)
    self.context.store.write(self, lambda library: library.jobs.cancel(ids), self._cancelled)
    self.context.store.work(self, lambda: make_thumbnail(path), self._made)     # no library needed

``self`` is the owner: when it is deleted nothing is called any more. Errors show a banner unless
a failure handler is given. ``key="…"`` drops answers to older questions of the same key.
Operations touch no widget and no QPixmap; the GUI thread never stalls over 50 ms.

**Changes** made by anyone (engine, command line, this window) arrive by ``watcher.changed``; so
after a write don't patch the view by hand, let the change come round (it takes up to 0.15 s)
unless that is felt.

**Speaking.** ``messages.good`` (toast), ``messages.bad`` (banner with hint and choice),
``messages.ask``. QMessageBox and modal boxes are banned; something larger is a
``widgets.sheet.Sheet`` or a side panel.

**Look.** Colours and sizes are tokens (``theme.tokens``): ``color("text_soft")``, ``SIZES.gap``;
in the style sheet ``assets/themes/window.qss``. Text sizes are the four of ``SIZES`` (use
``label(text, role)``). Spacing is a multiple of ``SIZES.step`` (8; ``half`` inside controls).
One primary button a page at most. Icons are names of ``assets/icons`` through ``set_icon(button,
name)``, ``IconButton``, ``Picture``; they follow the theme. Widgets that paint themselves
repaint on ``theme().changed``. Everything that can be operated has an accessible name and a
keyboard way; buttons take the focus by Tab only, so the focus ring shows only for keyboards.
Dynamic style properties change through ``widgets.labels.restyle``.

**Pictures** come from ``context.images.get(path, size)``: a QPixmap or None, then
``images.loaded``.

**Words.** Strings go through ``self.tr`` (outside of objects ``translating.translate``); they use
the glossary in ARCHITECTURE.md, and say what happens.

**Looking.** ``python tests/gui/render_pages.py OUT`` draws every page in both themes and two
sizes; look at the pictures before calling a page finished.
"""
