"""The report's looks."""

STYLE = """
:root{--ink:#1c2430;--soft:#647084;--line:#dfe4ec;--page:#f6f7f9;--card:#fff;--one:#0b66c3;--two:#98a2b3;--three:#d08700;
--four:#8a5cd1;--five:#16925a}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#98a4b6;--line:#2c3542;--page:#12161c;--card:#1a2029;
--one:#5aa9f5;--two:#7c8797;--three:#e6a93c;--four:#b392ea;--five:#4cc38a}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:28px 20px 60px}
h1{margin:0;font-size:28px}h2{margin:34px 0 12px;font-size:20px}h3{margin:0 0 8px;font-size:15px}
h4{margin:10px 0 2px;font-size:13px;font-weight:600}h4 small,h3 b{font-weight:400;color:var(--soft)}
.lead{margin:2px 0 10px;font-size:17px}p{margin:6px 0 14px}ul{margin:10px 0;padding-left:20px;color:var(--soft)}
.wide{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%}
th,td{padding:8px 10px;text-align:right;border-bottom:1px solid var(--line);vertical-align:top;
font-variant-numeric:tabular-nums}
tbody tr:last-child>*{border-bottom:0}th:first-child{text-align:left;white-space:nowrap}thead th{font-weight:600}
td small,th small{display:block;color:var(--soft);font-weight:400;font-size:11.5px;white-space:nowrap}
tbody th{font-weight:400}.tested{font-weight:600;background:color-mix(in srgb,var(--one) 8%,transparent)}
.key{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:7px}
.k0{background:var(--one)}.k1{background:var(--two)}.k2{background:var(--three)}.k3{background:var(--four)}
.k4{background:var(--five)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:16px}
.items{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:16px}
figure,article{margin:0;padding:14px;background:var(--card);border:1px solid var(--line);border-radius:10px}
figcaption,article p{color:var(--soft);font-size:13px;margin:6px 0 0}.keys span{margin-right:12px;white-space:nowrap}
svg{display:block;width:100%;height:auto;max-height:340px}img{display:block;width:100%;border-radius:6px}
.tick{fill:var(--soft);font-size:12px}.on{fill:#fff;font-size:14px;font-weight:600}.small{font-size:11px;font-weight:400}
.grid{stroke:var(--line);stroke-width:1}.line{fill:none;stroke-width:1.6}.line.s0{stroke-width:2.6}
.s0{stroke:var(--one)}.s1{stroke:var(--two)}.s2{stroke:var(--three)}.s3{stroke:var(--four)}.s4{stroke:var(--five)}
.dot{stroke:none}.dot.s0{fill:var(--one)}.dot.s1{fill:var(--two)}.dot.s2{fill:var(--three)}.dot.s3{fill:var(--four)}
.dot.s4{fill:var(--five)}.whisker{stroke:var(--one);stroke-width:6;stroke-opacity:.25;stroke-linecap:round}
.point{fill:var(--one);fill-opacity:.55}.band{fill:var(--five);fill-opacity:.13}.cell{fill:var(--one)}
.wave{fill:var(--one);stroke:var(--one);stroke-width:.5}
details{margin-top:34px}summary{cursor:pointer;font-weight:600}
.card th{vertical-align:top;color:var(--soft);font-weight:400}.card td{text-align:left;overflow-wrap:anywhere}
"""
