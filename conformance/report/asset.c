/* The style sheet and the script of report.html, and the policy that lets nothing else run: each is
 * named there by its hash. */
#include "conformance/report/asset.h"

#include <openssl/evp.h>
#include <string.h>

/* Two palettes, chosen by the reader's system; verdict colours differ in lightness too. */
const char rep_style[] =
    ":root{color-scheme:light dark;--page:#f7f6f3;--card:#fff;--ink:#23262b;--soft:#666c75;"
    "--line:#e2dfd8;--mark:#f1efea;--pass:#2b7a4b;--fail:#b42f27;--error:#7c3aa0;--warn:#96640a;"
    "--idle:#7d828a;--link:#2a5f96}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#15171a;--card:#1d2024;--ink:#e3e5e8;"
    "--soft:#9aa1ab;--line:#31353b;--mark:#272b30;--pass:#63bd86;--fail:#f08178;--error:#c592e3;"
    "--warn:#dcae5a;--idle:#8b919a;--link:#85b6ea}}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0 auto;padding:2.5rem 1.25rem 4rem;max-width:64rem;background:var(--page);"
    "color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',"
    "sans-serif;overflow-wrap:anywhere}\n"
    "code,pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
    "monospace;font-size:.86em}\n"
    "a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}\n"
    "h1{font-size:2.1rem;line-height:1.15;font-weight:650;letter-spacing:-.02em;margin:.2rem 0}\n"
    "h2{font-size:1.15rem;font-weight:650;margin:3rem 0 .8rem}\n"
    "p{margin:.4rem 0}.soft,.kind{color:var(--soft)}.kind{font-size:.85rem;letter-spacing:.02em}\n"
    ".good{color:var(--pass)}.bad{color:var(--fail)}.odd{color:var(--error)}\n"
    ".bar{display:block;width:100%;height:.6rem;border-radius:.3rem;margin:1.4rem 0 .6rem;"
    "background:var(--mark)}\n"
    "rect.PASS{fill:var(--pass)}rect.FAIL{fill:var(--fail)}rect.ERROR{fill:var(--error)}"
    "rect.INCONCLUSIVE{fill:var(--warn)}rect.NOT_RUN{fill:var(--idle)}"
    "rect.NOT_APPLICABLE{fill:var(--line)}\n"
    ".card,.case,.tools{background:var(--card);border:1px solid var(--line);border-radius:.6rem}\n"
    ".card{padding:1.1rem 1.25rem;margin:1.5rem 0}\n"
    ".stop{border-color:var(--fail);border-left-width:.3rem}.stop strong{color:var(--fail)}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.5rem;margin:0}\n"
    "dt{color:var(--soft)}dd{margin:0}\n"
    "table{border-collapse:collapse;width:100%;background:var(--card);border:1px solid var(--line);"
    "border-radius:.6rem;border-spacing:0;overflow:hidden}\n"
    "th,td{padding:.5rem .8rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}\n"
    "tr:last-child>td,tbody:last-child>tr:last-child>th{border-bottom:0}\n"
    "thead th{font-size:.8rem;font-weight:600;color:var(--soft)}tbody th{font-weight:500}\n"
    ".matrix{overflow-wrap:normal}.matrix th,.matrix td{white-space:nowrap}\n"
    ".matrix td,.matrix thead th+th{text-align:right;font-variant-numeric:tabular-nums}\n"
    ".scroll{overflow-x:auto}.none{color:var(--soft);opacity:.45}\n"
    ".PASS,.pass{--tone:var(--pass)}.FAIL,.fail{--tone:var(--fail)}.ERROR{--tone:var(--error)}"
    ".INCONCLUSIVE,.warning{--tone:var(--warn)}.NOT_RUN,.NOT_APPLICABLE{--tone:var(--idle)}\n"
    "td.tone{color:var(--tone);font-weight:600}\n"
    ".badge{color:var(--tone);font-size:.78rem;font-weight:650;white-space:nowrap;"
    "min-width:6.6rem}\n"
    ".badge:before{content:'';display:inline-block;width:.55rem;height:.55rem;border-radius:50%;"
    "background:var(--tone);margin-right:.45rem}\n"
    ".tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;padding:.6rem;"
    "margin-bottom:.8rem;position:sticky;top:.5rem;z-index:1}\n"
    ".tools input{flex:1 1 14rem;font:inherit;color:inherit;background:var(--mark);border:0;"
    "border-radius:.4rem;padding:.45rem .7rem}\n"
    ".tools button{font:inherit;font-size:.85rem;color:var(--ink);background:none;cursor:pointer;"
    "border:1px solid var(--line);border-radius:1rem;padding:.25rem .8rem}\n"
    ".tools button[aria-pressed=true]{background:var(--ink);color:var(--card)}\n"
    ".case{margin:.4rem 0;border-left:.25rem solid var(--tone)}\n"
    "summary{cursor:pointer}\n"
    ".case>summary{display:flex;flex-wrap:wrap;gap:.1rem .8rem;align-items:baseline;"
    "padding:.55rem .9rem;list-style:none}.case>summary::-webkit-details-marker{display:none}\n"
    ".case .id{white-space:nowrap}.case .title{flex:1 1 18rem}\n"
    ".case .body{padding:.2rem .9rem .9rem;border-top:1px solid var(--line)}\n"
    ".checks{list-style:none;margin:.6rem 0;padding:0}\n"
    ".checks li{padding:.35rem 0 .35rem 1.5rem;position:relative}\n"
    ".checks li:before{position:absolute;left:.1rem;color:var(--tone);font-weight:700}\n"
    ".checks .pass:before{content:'\\2713'}.checks .fail:before{content:'\\2717'}\n"
    ".seen{display:block;color:var(--soft)}.fail>.seen{color:var(--tone)}\n"
    "pre{background:var(--mark);border-radius:.4rem;padding:.7rem .9rem;margin:.5rem 0;"
    "white-space:pre-wrap;max-height:22rem;overflow:auto}\n"
    ".files a{margin-right:.9rem}\n"
    ".rows td:first-child{white-space:nowrap}\n"
    ".flow{margin:.6rem 0}.flow>summary{padding:.4rem 0;font-weight:600}\n"
    ":target{outline:2px solid var(--link);outline-offset:2px}[hidden]{display:none!important}\n"
    "a:focus-visible,button:focus-visible,input:focus-visible,summary:focus-visible{"
    "outline:2px solid var(--link);outline-offset:2px}\n"
    "footer{margin-top:4rem;color:var(--soft);font-size:.85rem}\n"
    "@media(max-width:40rem){body{padding:1.5rem .9rem 3rem}h1{font-size:1.7rem}"
    "dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}.tools{position:static}"
    ".rows thead{display:none}.rows tr{display:block;padding:.5rem 0;"
    "border-bottom:1px solid var(--line)}.rows tr:last-child{border:0}"
    ".rows td{display:block;border:0;padding:.1rem .8rem}.case .title{flex-basis:100%}"
    ".matrix th,.matrix td{padding:.45rem .5rem}}\n"
    "@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--mark:#f4f4f4;"
    "--pass:#1c5c36;--fail:#9c1c14;--error:#5c2480;--warn:#6d4700;--link:#000}"
    "body{padding:0;max-width:none;font-size:10pt}.tools{display:none}.case,.card,tr{"
    "break-inside:avoid}a{text-decoration:none}pre{max-height:none}h2{break-after:avoid}}\n";

/* Filters, and opens what a link or the printer wants to see. The page is whole without it. */
const char rep_script[] =
    "(function(){\n"
    "var cases=[].slice.call(document.querySelectorAll('.case'));\n"
    "var box=document.getElementById('filter'),shown=document.getElementById('shown');\n"
    "var chips=[].slice.call(document.querySelectorAll('.tools button'));\n"
    "var texts=cases.map(function(c){return c.textContent.toLowerCase();});\n"
    "function apply(){\n"
    " var words=box.value.toLowerCase().split(/\\s+/),n=0;\n"
    " var on=chips.filter(function(b){return b.getAttribute('aria-pressed')==='true';})\n"
    "  .map(function(b){return b.value;});\n"
    " cases.forEach(function(c,i){\n"
    "  var ok=(!on.length||on.indexOf(c.dataset.verdict)>=0)&&\n"
    "   words.every(function(w){return texts[i].indexOf(w)>=0;});\n"
    "  c.hidden=!ok;n+=ok;});\n"
    " shown.textContent=n===cases.length?n+' cases':n+' of '+cases.length;}\n"
    "function target(){\n"
    " var e=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));\n"
    " for(var p=e;p;p=p.parentElement){if(p.tagName==='DETAILS')p.open=true;}\n"
    " if(e){if(e.hidden){box.value='';chips.forEach(function(b){\n"
    "  b.setAttribute('aria-pressed','false');});apply();}e.scrollIntoView();}}\n"
    "box.addEventListener('input',apply);\n"
    "chips.forEach(function(b){b.addEventListener('click',function(){\n"
    " b.setAttribute('aria-pressed',b.getAttribute('aria-pressed')!=='true');apply();});});\n"
    "addEventListener('hashchange',target);\n"
    "addEventListener('beforeprint',function(){\n"
    " [].forEach.call(document.querySelectorAll('.flow'),function(d){d.open=true;});});\n"
    "document.querySelector('.tools').hidden=false;apply();target();\n"
    "})();\n";

static void write_hash(FILE *out, const char *text)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char base64[2 * EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (!EVP_Digest(text, strlen(text), digest, &length, EVP_sha256(), NULL))
        return; /* an empty hash matches nothing: the page is shown plain */
    EVP_EncodeBlock(base64, digest, (int)length);
    fprintf(out, "%s", (const char *)base64);
}

void rep_write_policy(FILE *out)
{
    fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "base-uri 'none'; form-action 'none'; style-src 'sha256-",
          out);
    write_hash(out, rep_style);
    fputs("'; script-src 'sha256-", out);
    write_hash(out, rep_script);
    fputs("'\">\n", out);
}
