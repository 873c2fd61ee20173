"""The leaderboard page's own looks, beside the report's."""

PAGE_STYLE = """
main{max-width:1400px}th[data-sort]{cursor:pointer}th[data-sort]:hover{color:var(--one)}
h3{margin:16px 0 6px}
#filters{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 8px}
select,input,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:5px 9px;max-width:100%}button{cursor:pointer}
#grid article{cursor:pointer;padding:10px}#grid article:hover{border-color:var(--one)}
#grid .poster{aspect-ratio:16/9;width:100%;object-fit:cover;background:var(--line);border-radius:6px;display:block}
#grid.items{grid-template-columns:repeat(auto-fill,minmax(210px,1fr))}
.flag{display:inline-block;font-size:11.5px;padding:0 7px;margin:3px 4px 0 0;border-radius:9px;
background:color-mix(in srgb,var(--three) 22%,transparent)}
.flag.bad{background:color-mix(in srgb,#d33 25%,transparent)}
#count{color:var(--soft);font-size:13px}
dialog{width:min(1180px,96vw);max-height:94vh;border:1px solid var(--line);border-radius:12px;background:var(--page);
color:var(--ink);padding:18px 22px}dialog::backdrop{background:rgba(0,0,0,.55)}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:18px}
@media (max-width:800px){.two{grid-template-columns:minmax(0,1fr)}dialog{padding:12px}}
@media (max-width:520px){#grid.items{grid-template-columns:repeat(2,minmax(0,1fr))}}
dialog video,dialog img{width:100%;border-radius:8px;background:#000;display:block}
dialog img.spectrum{height:110px;object-fit:fill;filter:contrast(1.1)}
dialog h4{margin:12px 0 4px}dialog .close{float:right}
dialog table{font-size:13px}dialog td,dialog th{padding:4px 8px}dialog .wide{max-height:520px;overflow:auto}
dialog td:nth-child(2){white-space:nowrap}dialog h2{overflow-wrap:anywhere}td.why{text-align:left;white-space:normal}
.prompt{font-size:13.5px;color:var(--soft);white-space:pre-wrap}td.words{text-align:left;white-space:normal;min-width:220px}
.axis{fill:var(--soft);font-size:11px}.seen{fill:none;stroke-width:2;stroke-opacity:.8}
.heard{fill:var(--three)}.zero{stroke:var(--line)}
@media (max-width:520px){td.words{min-width:120px}}
"""
