"""Where pages come from: folders, lists, PDF, IIIF, PAGE-XML, readings; and what is known about them."""
