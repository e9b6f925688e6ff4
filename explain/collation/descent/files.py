"""A tree of witnesses as Newick, GraphML and dot."""

from __future__ import annotations

from lxml import etree

from zij.explain.collation.descent.descent import Descent

__all__ = ["dot", "graphml", "newick"]

_GRAPHML = "http://graphml.graphdrawing.org/xmlns"


def newick(descent: Descent) -> str:
    """The tree in Newick's form, begun at `descent.root`; lengths are changes, labels bootstrap support.

    Sigla are quoted. A witness that stands at a point of the tree is a leaf on a branch of length 0.
    """
    tree = descent.tree
    if tree.leaves == 2:
        raise ValueError("two witnesses have no tree")
    before = dict(tree.walk(descent.root.node))

    def written(node: int) -> str:
        parts = [written(other) for other in sorted(tree.beside[node]) if before.get(other) == node]
        own = (
            _quoted(descent.characters.names[node]) if node < tree.leaves else _support(descent, node, before)
        )
        inner = f"({','.join(parts)})" if parts else ""
        length = "" if before[node] is None else f":{_length(descent, before[node], node)}"
        return f"{inner}{own}{length}"

    return written(descent.root.node) + ";\n"


def graphml(descent: Descent) -> bytes:
    """The tree as GraphML: nodes with siglum, date and kind, edges with changes, support and chance."""
    root = etree.Element(f"{{{_GRAPHML}}}graphml", nsmap={None: _GRAPHML})  # type: ignore[dict-item]
    keys = (
        ("label", "node", "string"), ("kind", "node", "string"), ("first_year", "node", "int"),
        ("last_year", "node", "int"), ("changes", "edge", "int"), ("bootstrap", "edge", "double"),
        ("decay", "edge", "double"), ("chance", "edge", "double"), ("kind", "edge", "string"),
    )  # fmt: skip
    for name, owner, kind in keys:
        attributes = {"id": f"{owner}_{name}", "for": owner, "attr.name": name, "attr.type": kind}
        etree.SubElement(root, f"{{{_GRAPHML}}}key", attributes)
    graph = etree.SubElement(root, f"{{{_GRAPHML}}}graph", id="descent", edgedefault="undirected")
    for node in sorted(descent.tree.beside):
        _put(graph, "node", {"id": f"n{node}"}, _node_facts(descent, node))
    for number, (u, v) in enumerate(descent.tree.edges):
        own = {"kind": "descent", "changes": descent.lengths[u, v], **_branch(descent, (u, v))}
        _put(graph, "edge", {"id": f"e{number}", "source": f"n{u}", "target": f"n{v}"}, own)
    data: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return data


def dot(descent: Descent) -> str:
    """The tree in the language of Graphviz; what may be contaminated by whom is drawn as a dashed line."""
    lines = ["graph descent {", '  graph [label="Evidence from shared errors; it proves no copying"];']
    for node in sorted(descent.tree.beside):
        if node < descent.tree.leaves:
            lines.append(f"  n{node} [shape=box, label={_dot_text(_label(descent, node))}];")
        else:
            lines.append(f"  n{node} [shape=point];")
    for u, v in descent.tree.edges:
        own = _branch(descent, (u, v))
        words = str(descent.lengths[u, v]) + (f" ({own['bootstrap']:.2f})" if "bootstrap" in own else "")
        lines.append(f"  n{u} -- n{v} [label={_dot_text(words)}];")
    for one in descent.contaminations:
        other = min(one.group)
        words = f"{len(one.places)} places with {' '.join(descent.group(one.group))}"
        lines.append(
            f"  n{one.witness} -- n{other} [style=dashed, constraint=false, label={_dot_text(words)}];"
        )
    return "\n".join([*lines, "}", ""])


def _length(descent: Descent, one: int | None, other: int) -> int:
    assert one is not None
    return descent.lengths.get((one, other), descent.lengths.get((other, one), 0))


def _support(descent: Descent, node: int, before: dict[int, int | None]) -> str:
    last = before[node]
    if last is None:
        return ""
    edge = (last, node) if (last, node) in descent.lengths else (node, last)
    own = _branch(descent, edge)
    return f"{own['bootstrap']:.2f}" if "bootstrap" in own else ""


def _branch(descent: Descent, edge: tuple[int, int]) -> dict[str, float]:
    own = descent.found.support.get(descent.tree.splits[edge])
    if own is None:
        return {}
    return {"bootstrap": round(own.bootstrap, 4), "decay": round(own.decay, 4), "chance": own.chance}


def _node_facts(descent: Descent, node: int) -> dict[str, object]:
    if node >= descent.tree.leaves:
        return {"kind": "lost or undivided"}
    first, last = descent.years[node]
    years = {name: year for name, year in (("first_year", first), ("last_year", last)) if year is not None}
    return {"label": descent.characters.names[node], "kind": "witness", **years}


def _put(graph: etree._Element, name: str, own: dict[str, str], values: dict[str, object]) -> None:
    node = etree.SubElement(graph, f"{{{_GRAPHML}}}{name}", own)
    for key, value in values.items():
        etree.SubElement(node, f"{{{_GRAPHML}}}data", key=f"{name}_{key}").text = str(value)


def _label(descent: Descent, node: int) -> str:
    first, last = descent.years[node]
    years = "" if first is None and last is None else f" ({_years(first, last)})"
    return f"{descent.characters.names[node]}{years}"


def _years(first: int | None, last: int | None) -> str:
    if first == last:
        return str(first)
    return f"{first if first is not None else ''}-{last if last is not None else ''}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _dot_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
