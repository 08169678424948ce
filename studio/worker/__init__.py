"""The process that holds models. Standard library only; generators bring the rest.

``python -m studio.worker`` speaks ``generators.protocol`` over its stdin and stdout::

    __main__   takes the pipes away from everybody else, then starts ``process``
    process    the reader thread (commands, end of file) and the main loop
    runner     one attempt from request to Finished, Failed, Cancelled or Paused; the memory ladder
    pipelines  what is loaded: budget, least recently used out, idle unload
    context    what a generator sees of the app
    outbox     progress, preview and streamed text, at most four times a second
    faults     injected faults, a door for tests
    memory     what the system says about memory, and giving it back
    zipapp     the same worker as one file, for a generator's own environment

Started from a thread that ends, it dies with that thread on Linux (PR_SET_PDEATHSIG looks at
threads): the engine starts workers from a thread that lives as long as the engine.
"""
