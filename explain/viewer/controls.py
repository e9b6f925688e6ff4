"""What stands around the pages in the viewer: what can be set, the buttons, room for the partners."""

from __future__ import annotations

from zij.html import Markup, element

__all__ = ["hint", "panel", "tools", "zooming"]


def tools(prefix: str) -> Markup:
    """The slider, the switch, and how much is in view; all ids begin with `prefix`."""

    slider = element(
        "input", type="range", id=f"{prefix}threshold", data_part="threshold", min=0, max=100, value=0,
        step="any", autocomplete="off",
    )  # fmt: skip
    least = element("output", "none", id=f"{prefix}threshold-value", data_part="threshold-value")
    tick = element(
        "input", type="checkbox", id=f"{prefix}matching", data_part="corresponding", autocomplete="off"
    )
    return element(
        "div",
        element("label", "hide weak pairs", slider, least),
        element("label", tick, "only corresponding cells"),
        element("output", "", id=f"{prefix}in-view", data_part="in-view", aria_live="polite"),
        class_="tools screen-only",
    )


def zooming() -> Markup:
    """The buttons that bring the pages nearer."""

    def button(sign: str, name: str, label: str) -> Markup:
        return element("button", sign, type="button", data_part=name, aria_label=label, title=label)

    return element(
        "div",
        button("\N{MINUS SIGN}", "further", "smaller"),
        element("output", "100\N{NO-BREAK SPACE}%", data_part="zoom", aria_label="size"),
        button("+", "closer", "larger"),
        button("fit", "fit", "show both pages whole"),
        class_="zooming screen-only",
        role="group",
        aria_label="zoom",
    )


def panel(prefix: str) -> Markup:
    """Room for the partners of a region."""
    return element(
        "section", id=f"{prefix}panel", data_part="panel", class_="panel screen-only", aria_live="polite",
        aria_label="partners", tabindex=0,
    )  # fmt: skip


def hint() -> Markup:
    """What is said when a wheel is turned over pages that nobody has turned to."""
    words = "Click the pages, or hold Ctrl, to zoom with the wheel."
    return element("p", words, class_="hint", aria_hidden="true")
