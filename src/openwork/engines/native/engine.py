"""TEMPORARY while the core is being written by the lead: use choose_engine(spec, "torch")."""


class NativeEngine:
    def __init__(self, threads):
        raise RuntimeError("native core not built yet; use the torch engine for now")
