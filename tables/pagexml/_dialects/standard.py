"""The names of PAGE 2019-07-15, and those of them that Transkribus' version of 2013 does not know."""

from __future__ import annotations

__all__ = ["ATTRIBUTES", "ELEMENTS", "NEW_ATTRIBUTES", "NEW_ELEMENTS"]

# fmt: off
ATTRIBUTES = frozenset({
    "align", "bgColour", "bgColourRgb", "bold", "caption", "charType", "colSpan", "colour",
    "colourDepth", "columnIndex", "columns", "comments", "conf", "continuation", "custom", "dataType",
    "dataTypeDetails", "date", "description", "embText", "externalId", "externalModel", "externalRef",
    "filename", "fontFamily", "fontSize", "header", "id", "imageFilename", "imageHeight",
    "imageResolutionUnit", "imageWidth", "imageXResolution", "imageYResolution", "indented", "index",
    "italic", "kerning", "language", "leading", "letterSpaced", "ligature", "lineColour",
    "lineSeparators", "monospace", "name", "numColours", "orientation", "pcGtsId", "penColour",
    "points", "prefix", "primaryLanguage", "primaryScript", "production", "readingDirection",
    "readingOrientation", "regionRef", "reverseVideo", "rowIndex", "rowSpan", "rows", "script",
    "secondaryLanguage", "secondaryScript", "serif", "smallCaps", "strikethrough", "subscript",
    "superscript", "symbol", "textColour", "textColourRgb", "textLineOrder", "type", "underlineStyle",
    "underlined", "value", "xHeight", "zIndex",
})
"""All attributes."""

ELEMENTS = frozenset({
    "AdvertRegion", "AlternativeImage", "Baseline", "Border", "ChartRegion", "ChemRegion", "Comments",
    "Coords", "Created", "Creator", "CustomRegion", "Glyph", "Grapheme", "GraphemeGroup", "Graphemes",
    "GraphicRegion", "Grid", "GridPoints", "ImageRegion", "Label", "Labels", "LastChange", "Layer",
    "Layers", "LineDrawingRegion", "MapRegion", "MathsRegion", "Metadata", "MetadataItem",
    "MusicRegion", "NoiseRegion", "NonPrintingChar", "OrderedGroup", "OrderedGroupIndexed", "Page",
    "PcGts", "PlainText", "PrintSpace", "ReadingOrder", "RegionRef", "RegionRefIndexed", "Relation",
    "Relations", "Roles", "SeparatorRegion", "SourceRegionRef", "TableCellRole", "TableRegion",
    "TargetRegionRef", "TextEquiv", "TextLine", "TextRegion", "TextStyle", "Unicode", "UnknownRegion",
    "UnorderedGroup", "UnorderedGroupIndexed", "UserAttribute", "UserDefined", "Word",
})
"""All elements."""

NEW_ATTRIBUTES = frozenset({
    "bgColourRgb", "charType", "colSpan", "columnIndex", "continuation", "dataType", "dataTypeDetails",
    "date", "description", "externalId", "externalModel", "externalRef", "header",
    "imageResolutionUnit", "imageXResolution", "imageYResolution", "name", "prefix", "rowIndex",
    "rowSpan", "script", "textColourRgb", "textLineOrder", "underlineStyle", "value", "xHeight",
})
"""Attributes that came after 2013."""

NEW_ELEMENTS = frozenset({
    "CustomRegion", "Grapheme", "GraphemeGroup", "Graphemes", "Grid", "GridPoints", "Label", "Labels",
    "MapRegion", "MetadataItem", "NonPrintingChar", "Roles", "SourceRegionRef", "TableCellRole",
    "TargetRegionRef", "UserAttribute", "UserDefined",
})
"""Elements that came after 2013."""
# fmt: on
