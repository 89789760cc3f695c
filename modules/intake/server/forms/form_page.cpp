#include "modules/intake/server/forms/form_page.hpp"

#include "server/base/json_writer.hpp"

namespace intake {

namespace {

constexpr std::string_view kStyle =
    "body{margin:0;background:#f4f5f6;color:#1d2126;font:16px/1.5 system-ui,sans-serif}main{max-width:34rem;margin:2rem "
    "auto;padding:1.5rem 2rem 2rem;"
    "background:#fff;border-radius:12px}h1{font-size:1.4rem;margin:0 0 .5rem}label{display:block;margin:.9rem 0 "
    ".25rem}input,textarea{width:100%;"
    "box-sizing:border-box;font:inherit;padding:.55rem .7rem;border:1px solid "
    "#868e96;border-radius:8px;background:#fff;color:inherit}textarea{min-height:6rem}"
    "button{font:inherit;font-weight:600;margin-top:1.2rem;padding:.6rem "
    "1.4rem;border:0;border-radius:8px;background:#1f4f8f;color:#fff;cursor:pointer}"
    ":focus-visible{outline:3px solid #5b9bd5;outline-offset:1px}.wrong{color:#a51111;font-size:.9rem}.pot{position:absolute;left:-10000px}"
    ".consent{display:flex;gap:.6rem;align-items:flex-start}.consent input{width:auto;margin-top:.35rem}p{white-space:pre-line}";

constexpr std::string_view kScript = R"js((function(d){
var s=document.currentScript,base=s.src.replace(/\/embed\.js.*$/,""),host=document.createElement("div"),root=host.attachShadow({mode:"open"});
s.parentNode.insertBefore(host,s.nextSibling);
function el(tag,props,parent){var e=document.createElement(tag);for(var k in props)e[k]=props[k];if(parent)parent.appendChild(e);return e}
el("style",{textContent:d.style},root);
var main=el("main",{},root),form=el("form",{noValidate:true},main);
if(d.title)el("h1",{textContent:d.title},form);
if(d.intro)el("p",{textContent:d.intro},form);
var whole=el("div",{className:"wrong"},form);whole.setAttribute("role","alert");
var notes={};
d.fields.forEach(function(f){
var id="f-"+f.key;el("label",{htmlFor:id,textContent:f.label+(f.required?" *":"")},form);
var e=el(f.kind==="long"?"textarea":"input",{id:id,name:f.key,required:f.required},form);
if(f.kind!=="long")e.type=f.kind;if(f.kind==="file")e.multiple=true;if(f.auto)e.autocomplete=f.auto;
var n=el("div",{className:"wrong",id:id+"-note"},form);e.setAttribute("aria-describedby",n.id);notes[f.key]={note:n,input:e}});
var pot=el("div",{className:"pot"},form);pot.setAttribute("aria-hidden","true");el("input",{name:"website",tabIndex:-1,autocomplete:"off"},pot);
if(d.consent){var l=el("label",{className:"consent"},form);var c=el("input",{type:"checkbox",name:"consent",value:"1"},l);var t=el("span",{textContent:d.consent+" "},l);
if(d.privacy)el("a",{href:d.privacy,textContent:d.privacy_label,target:"_blank",rel:"noopener"},t);notes.consent={note:el("div",{className:"wrong"},form),input:c}}
var b=el("button",{type:"submit",textContent:d.button},form);
form.addEventListener("submit",function(ev){ev.preventDefault();if(b.disabled)return;b.disabled=true;whole.textContent="";
for(var k in notes){notes[k].note.textContent="";notes[k].input.removeAttribute("aria-invalid")}
var data=new FormData(form);data.append("token",d.token);data.append("page_url",location.href.slice(0,2000));data.append("referrer",document.referrer.slice(0,2000));
new URLSearchParams(location.search).forEach(function(v,k){if(/^utm_[a-z]+$/.test(k))data.append(k,v.slice(0,200))});
fetch(base+"/submit",{method:"POST",body:data,headers:{Accept:"application/json"},credentials:"omit"}).then(function(r){return r.json().then(function(j){
if(r.ok){if(j.thanks_url){location.href=j.thanks_url;return}main.textContent="";el("p",{textContent:j.thanks},main).setAttribute("role","status");return}
var first=null;(j.errors||[]).forEach(function(e){var n=notes[e.path];if(n){n.note.textContent=e.message;n.input.setAttribute("aria-invalid","true");first=first||n.input}else whole.textContent=e.message});
if(!first&&!whole.textContent)whole.textContent=j.detail||d.failed;if(first)first.focus();b.disabled=false})}).catch(function(){whole.textContent=d.failed;b.disabled=false})});
})()js";

std::string text_of(const Form& form, const base::Localizer& localizer, const std::string& key) {
  return localizer.text(form.language, "intake.form." + key);
}

std::string label_of(const Form& form, const base::Localizer& localizer, const FormField& field) {
  if (!field.label.empty()) return field.label;
  return field.key.starts_with("x_") ? field.key : text_of(form, localizer, field.key);
}

std::string kind_of(const std::string& key) {
  if (key == "phone") return "tel";
  if (key == "email") return "email";
  if (key == "comment") return "long";
  return key == "file" ? "file" : "text";
}

std::string auto_of(const std::string& key) {
  if (key == "person_name") return "name";
  if (key == "company_name") return "organization";
  if (key == "phone") return "tel";
  return key == "email" ? "email" : key == "city" ? "address-level2" : "";
}

std::string or_default(const Form& form, const base::Localizer& localizer, const std::string& given, const char* key) {
  return given.empty() ? text_of(form, localizer, key) : given;
}

std::string frame(const Form& form, const std::string& body) {
  return "<!doctype html><html lang=\"" + form.language +
         "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" + escape_html(form.title) +
         "</title><style>" + std::string(kStyle) + "</style></head><body><main>" + body + "</main></body></html>";
}

void append_field(const Form& form, const base::Localizer& localizer, const FormField& field, const FormState& state, std::string& html) {
  const auto value = state.values.find(field.key);
  const auto error = state.errors.find(field.key);
  const std::string id = "f-" + field.key, kind = kind_of(field.key);
  html += "<label for=\"" + id + "\">" + escape_html(label_of(form, localizer, field)) + (field.is_required ? " *" : "") + "</label>";
  std::string attributes = " id=\"" + id + "\" name=\"" + field.key + "\"";
  if (field.is_required) attributes += " required";
  if (const auto hint = auto_of(field.key); !hint.empty()) attributes += " autocomplete=\"" + hint + "\"";
  if (error != state.errors.end()) attributes += " aria-invalid=\"true\" aria-describedby=\"" + id + "-note\"";
  const std::string shown = value == state.values.end() ? "" : escape_html(value->second);
  if (kind == "long")
    html += "<textarea" + attributes + ">" + shown + "</textarea>";
  else
    html += "<input type=\"" + kind + "\"" + (kind == "file" ? " multiple" : " value=\"" + shown + "\"") + attributes + ">";
  if (error != state.errors.end()) html += "<div class=\"wrong\" id=\"" + id + "-note\">" + escape_html(error->second) + "</div>";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string form_page(const Form& form, const base::Localizer& localizer, const std::string& token, const FormState& state,
                      const std::map<std::string, std::string>& hidden) {
  std::string html = "<h1>" + escape_html(form.title) + "</h1>";
  if (!form.intro.empty()) html += "<p>" + escape_html(form.intro) + "</p>";
  if (const auto whole = state.errors.find(""); whole != state.errors.end())
    html += "<div class=\"wrong\" role=\"alert\">" + escape_html(whole->second) + "</div>";
  html += "<form method=\"post\" enctype=\"multipart/form-data\" action=\"/forms/" + form.key + "/submit\">";
  html += "<input type=\"hidden\" name=\"token\" value=\"" + escape_html(token) + "\">";
  for (const auto& [name, value] : hidden)
    html += "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" + escape_html(value) + "\">";
  for (const auto& field : form.fields) append_field(form, localizer, field, state, html);
  html += "<div class=\"pot\" aria-hidden=\"true\"><input name=\"website\" tabindex=\"-1\" autocomplete=\"off\"></div>";
  if (!form.consent_text.empty()) {
    html +=
        "<label class=\"consent\"><input type=\"checkbox\" name=\"consent\" value=\"1\" required><span>" + escape_html(form.consent_text);
    if (!form.privacy_url.empty())
      html += " <a href=\"" + escape_html(form.privacy_url) + "\" target=\"_blank\" rel=\"noopener\">" +
              escape_html(text_of(form, localizer, "privacy")) + "</a>";
    html += "</span></label>";
    if (const auto error = state.errors.find("consent"); error != state.errors.end())
      html += "<div class=\"wrong\" role=\"alert\">" + escape_html(error->second) + "</div>";
  }
  html += "<button type=\"submit\">" + escape_html(or_default(form, localizer, form.button, "send")) + "</button></form>";
  return frame(form, html);
}

std::string thanks_page(const Form& form, const base::Localizer& localizer) {
  return frame(form, "<p role=\"status\">" + escape_html(or_default(form, localizer, form.thanks, "thanks")) + "</p>");
}

std::string embed_script(const Form& form, const base::Localizer& localizer, const std::string& token) {
  json::array fields;
  for (const auto& field : form.fields) {
    fields.emplace_back(json::object{{"key", field.key},
                                     {"label", label_of(form, localizer, field)},
                                     {"required", field.is_required},
                                     {"kind", kind_of(field.key)},
                                     {"auto", auto_of(field.key)}});
  }
  const json::object definition = {{"title", form.title},
                                   {"intro", form.intro},
                                   {"fields", std::move(fields)},
                                   {"consent", form.consent_text},
                                   {"privacy", form.privacy_url},
                                   {"privacy_label", text_of(form, localizer, "privacy")},
                                   {"button", or_default(form, localizer, form.button, "send")},
                                   {"failed", text_of(form, localizer, "failed")},
                                   {"token", token},
                                   {"style", std::string(kStyle)}};
  return std::string(kScript) + "(" + json::serialize(definition) + ");\n";
}

}  // namespace intake
