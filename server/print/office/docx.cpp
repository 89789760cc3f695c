// WordprocessingML (ECMA-376 part 1, chapter 17) from the styled tree.
#include <algorithm>
#include <cmath>
#include <pugixml.hpp>
#include <sstream>

#include "server/base/text/text.hpp"
#include "server/print/office/package.hpp"
#include "server/print/page/fonts.hpp"
#include "server/print/page/layout.hpp"
#include "server/print/print.hpp"

namespace print {

namespace {

using pugi::xml_node;

constexpr const char* kMainSpace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
constexpr const char* kRelationSpace = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr const char* kDrawingSpace = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
constexpr const char* kArtSpace = "http://schemas.openxmlformats.org/drawingml/2006/main";
constexpr const char* kPictureSpace = "http://schemas.openxmlformats.org/drawingml/2006/picture";

long twips(double points) { return std::lround(points * 20); }
long emu(double points) { return std::lround(points * 12700); }

std::string hex(const Color& color) {
  char text[8];
  const auto channel = [](double value) { return static_cast<int>(std::lround(value * 255)); };
  std::snprintf(text, sizeof text, "%02X%02X%02X", channel(color.red), channel(color.green), channel(color.blue));
  return text;
}

xml_node add(xml_node parent, const char* name) { return parent.append_child(name); }
template <typename T>
xml_node add(xml_node parent, const char* name, const T& value) {
  xml_node child = parent.append_child(name);
  child.append_attribute("w:val").set_value(value);
  return child;
}

std::string xml_text(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "", pugi::format_raw);
  return out.str();
}

bool is_blank(const Node& node) { return node.is_text() && node.text.find_first_not_of(" \t\r\n\f") == std::string::npos; }

class DocxWriter {
 public:
  explicit DocxWriter(const Page& page) : page_(page), layout_(fonts_.context()) {}

  std::string run() {
    xml_node root = document_.append_child("w:document");
    for (const auto& [prefix, space] : {std::pair{"xmlns:w", kMainSpace},
                                        {"xmlns:r", kRelationSpace},
                                        {"xmlns:wp", kDrawingSpace},
                                        {"xmlns:a", kArtSpace},
                                        {"xmlns:pic", kPictureSpace}}) {
      root.append_attribute(prefix).set_value(space);
    }
    xml_node body = add(root, "w:body");
    children(body, *page_.body, page_.setup.width - page_.setup.margin.across());
    section(body);
    std::vector<std::pair<std::string, std::string>> parts = {
        {"[Content_Types].xml", content_types()},      {"_rels/.rels", package_relations()}, {"word/document.xml", xml_text(document_)},
        {"word/_rels/document.xml.rels", relations()}, {"word/styles.xml", styles()},        {"docProps/core.xml", properties()}};
    if (!page_.setup.footer.empty()) parts.emplace_back("word/footer1.xml", footer());
    for (auto& picture : pictures_) parts.push_back(std::move(picture));
    return zip_package(parts);
  }

 private:
  // Contents of a block or a cell.
  void children(xml_node out, const Node& node, double width) {
    std::vector<const Node*> inlines;
    const auto flush = [&] {
      if (std::any_of(inlines.begin(), inlines.end(), [](const Node* one) { return !is_blank(*one); })) paragraph(out, inlines, node);
      inlines.clear();
    };
    for (const auto& child : node.children) {
      if (child->style.display == Display::kNone) continue;
      if (!child->is_block() || child->style.is_absolute) {
        if (child->style.is_absolute && child->tag != "img") continue;
        inlines.push_back(child.get());
        continue;
      }
      flush();
      if (child->style.display == Display::kTable) {
        table(out, *child, width - child->style.margin.across());
      } else if (child->tag == "hr" || (child->children.empty() && child->style.bottom.width > 0)) {
        xml_node properties = add(add(out, "w:p"), "w:pPr");
        xml_node line = add(add(properties, "w:pBdr"), child->tag == "hr" ? "w:top" : "w:bottom");
        border(line, child->tag == "hr" ? child->style.top : child->style.bottom);
        spacing(properties, child->style);
      } else {
        children(out, *child, width - child->style.margin.across() - child->style.padding.across());
      }
    }
    flush();
  }

  static void border(xml_node node, const Border& border) {
    node.append_attribute("w:val").set_value(border.is_dashed ? "dashed" : "single");
    node.append_attribute("w:sz").set_value(static_cast<int>(std::max(2L, std::lround(border.width * 8))));
    node.append_attribute("w:space").set_value(0);
    node.append_attribute("w:color").set_value(hex(border.color).c_str());
  }

  static void spacing(xml_node properties, const Style& style) {
    xml_node node = add(properties, "w:spacing");
    node.append_attribute("w:before").set_value(static_cast<int>(twips(std::max(0.0, style.margin.top))));
    node.append_attribute("w:after").set_value(static_cast<int>(twips(std::max(0.0, style.margin.bottom))));
  }

  void paragraph(xml_node out, const std::vector<const Node*>& inlines, const Node& block) {
    const Style& style = block.style;
    const bool is_own = style.display == Display::kBlock || style.display == Display::kListItem;
    xml_node paragraph = add(out, "w:p");
    xml_node properties = add(paragraph, "w:pPr");
    if (is_own && style.break_after == BreakRule::kAvoid) add(properties, "w:keepNext");
    if (style.break_inside == BreakRule::kAvoid) add(properties, "w:keepLines");
    if (is_own && style.break_before == BreakRule::kAlways) add(properties, "w:pageBreakBefore");
    if (is_own && (style.top.width > 0 || style.bottom.width > 0)) {
      xml_node borders = add(properties, "w:pBdr");
      if (style.top.width > 0) border(add(borders, "w:top"), style.top);
      if (style.bottom.width > 0) border(add(borders, "w:bottom"), style.bottom);
    }
    if (is_own) spacing(properties, style);
    if (style.text_indent > 0)
      add(properties, "w:ind").append_attribute("w:firstLine").set_value(static_cast<int>(twips(style.text_indent)));
    static constexpr const char* kAligns[] = {"left", "center", "right", "both"};
    add(properties, "w:jc", kAligns[static_cast<int>(style.align)]);
    if (style.display == Display::kListItem) run(paragraph, "• ", style);
    ends_with_space_ = true;
    for (const auto* node : inlines) inline_node(paragraph, *node);
  }

  void inline_node(xml_node paragraph, const Node& node) {
    if (node.is_text()) {
      run(paragraph, collapsed(node), node.style);
    } else if (node.tag == "br") {
      add(add(paragraph, "w:r"), "w:br");
      ends_with_space_ = true;
    } else if (node.tag == "img") {
      image(paragraph, node);
    } else if (node.style.display != Display::kNone) {
      for (const auto& child : node.children) inline_node(paragraph, *child);
    }
  }

  std::string collapsed(const Node& node) {
    std::string text = node.style.transform == Transform::kUpper   ? base::to_upper(node.text)
                       : node.style.transform == Transform::kLower ? base::to_lower(node.text)
                                                                   : node.text;
    if (node.style.white_space == WhiteSpace::kPre) return text;
    std::string out;
    for (const char c : text) {
      const bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
      if (is_space && ends_with_space_) continue;
      out += is_space ? ' ' : c;
      ends_with_space_ = is_space;
    }
    return out;
  }

  static void run(xml_node paragraph, const std::string& text, const Style& style) {
    if (text.empty()) return;
    xml_node run = add(paragraph, "w:r");
    xml_node look = add(run, "w:rPr");
    const std::string family = base::to_lower(style.family);
    const bool is_serif = family.find("times") != std::string::npos ||
                          (family.find("serif") != std::string::npos && family.find("sans") == std::string::npos);
    xml_node fonts = add(look, "w:rFonts");
    for (const char* name : {"w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"})
      fonts.append_attribute(name).set_value(is_serif ? "Times New Roman" : "Arial");
    if (style.is_bold) add(look, "w:b");
    if (style.is_italic) add(look, "w:i");
    if (style.is_struck) add(look, "w:strike");
    if (style.color.is_set) add(look, "w:color", hex(style.color).c_str());
    add(look, "w:sz", static_cast<int>(std::lround(style.size * 2)));
    if (style.is_underlined) add(look, "w:u", "single");
    if (style.vertical_align == VerticalAlign::kSuper) add(look, "w:vertAlign", "superscript");
    if (style.vertical_align == VerticalAlign::kSub) add(look, "w:vertAlign", "subscript");
    xml_node node = add(run, "w:t");
    node.append_attribute("xml:space").set_value("preserve");
    node.text().set(text.c_str());
  }

  void image(xml_node paragraph, const Node& node) {
    const auto picture = layout_.picture(node);
    if (!picture) return;
    const auto [width, height] = picture_size(*picture, node.style, page_.setup.width - page_.setup.margin.across());
    const int number = static_cast<int>(pictures_.size()) + 1;
    const bool is_jpeg = picture->kind == Picture::Kind::kJpeg;
    pictures_.emplace_back("word/media/image" + std::to_string(number) + (is_jpeg ? ".jpeg" : ".png"),
                           picture->kind == Picture::Kind::kQr ? qr_png(picture->qr) : picture->bytes);
    xml_node drawing = add(add(paragraph, "w:r"), "w:drawing");
    xml_node frame = node.style.is_absolute ? anchor(drawing, node.style) : add(drawing, "wp:inline");
    xml_node extent = add(frame, "wp:extent");
    extent.append_attribute("cx").set_value(static_cast<long long>(emu(width)));
    extent.append_attribute("cy").set_value(static_cast<long long>(emu(height)));
    if (node.style.is_absolute) add(frame, "wp:wrapNone");
    xml_node about = add(frame, "wp:docPr");
    about.append_attribute("id").set_value(number);
    about.append_attribute("name").set_value(("Picture " + std::to_string(number)).c_str());
    xml_node data = add(add(frame, "a:graphic"), "a:graphicData");
    data.append_attribute("uri").set_value(kPictureSpace);
    graphic(add(data, "pic:pic"), number, width, height);
  }

  // Over the text, moved from the paragraph it belongs to.
  static xml_node anchor(xml_node drawing, const Style& style) {
    xml_node node = add(drawing, "wp:anchor");
    const std::pair<const char*, const char*> attributes[] = {{"distT", "0"},       {"distB", "0"},     {"distL", "0"},
                                                              {"distR", "0"},       {"simplePos", "0"}, {"relativeHeight", "251658240"},
                                                              {"behindDoc", "0"},   {"locked", "0"},    {"layoutInCell", "1"},
                                                              {"allowOverlap", "1"}};
    for (const auto& [name, value] : attributes) node.append_attribute(name).set_value(value);
    xml_node simple = add(node, "wp:simplePos");
    simple.append_attribute("x").set_value(0);
    simple.append_attribute("y").set_value(0);
    const double left = style.at_left.of(0, 0);
    const double top = style.at_top.is_auto() ? -style.height.of(0, 40) * 0.7 - style.at_bottom.of(0, 0) : style.at_top.of(0, 0);
    for (const auto& [name, from, offset] : {std::tuple{"wp:positionH", "column", left}, std::tuple{"wp:positionV", "paragraph", top}}) {
      xml_node position = add(node, name);
      position.append_attribute("relativeFrom").set_value(from);
      add(position, "wp:posOffset").text().set(static_cast<long long>(emu(offset)));
    }
    return node;
  }

  static void graphic(xml_node picture, int number, double width, double height) {
    xml_node about = add(picture, "pic:nvPicPr");
    xml_node name = add(about, "pic:cNvPr");
    name.append_attribute("id").set_value(number);
    name.append_attribute("name").set_value("picture");
    add(about, "pic:cNvPicPr");
    xml_node fill = add(picture, "pic:blipFill");
    add(fill, "a:blip").append_attribute("r:embed").set_value(("image" + std::to_string(number)).c_str());
    add(add(fill, "a:stretch"), "a:fillRect");
    xml_node shape = add(picture, "pic:spPr");
    xml_node place = add(shape, "a:xfrm");
    xml_node offset = add(place, "a:off");
    offset.append_attribute("x").set_value(0);
    offset.append_attribute("y").set_value(0);
    xml_node extent = add(place, "a:ext");
    extent.append_attribute("cx").set_value(static_cast<long long>(emu(width)));
    extent.append_attribute("cy").set_value(static_cast<long long>(emu(height)));
    xml_node geometry = add(shape, "a:prstGeom");
    geometry.append_attribute("prst").set_value("rect");
    add(geometry, "a:avLst");
  }

  static void width_of(xml_node parent, const char* name, double points) {
    xml_node node = add(parent, name);
    node.append_attribute("w:w").set_value(static_cast<int>(twips(points)));
    node.append_attribute("w:type").set_value("dxa");
  }

  void table(xml_node out, const Node& node, double available) {
    const TableGrid grid = make_grid(node);
    if (grid.cells.empty()) return;
    const auto columns = layout_.columns_of(node, available);
    double total = 0;
    for (const double one : columns) total += one;
    // Two tables in a row would become one.
    if (std::string_view(out.last_child().name()) == "w:tbl") small_paragraph(out);
    xml_node table = add(out, "w:tbl");
    xml_node properties = add(table, "w:tblPr");
    width_of(properties, "w:tblW", total);
    if (node.style.is_centered) add(properties, "w:jc", "center");
    table_borders(properties, node.style);
    add(properties, "w:tblLayout").append_attribute("w:type").set_value("fixed");
    xml_node margins = add(properties, "w:tblCellMar");
    for (const char* side : {"w:left", "w:right"}) width_of(margins, side, 0);
    xml_node widths = add(table, "w:tblGrid");
    for (const double one : columns) add(widths, "w:gridCol").append_attribute("w:w").set_value(static_cast<int>(twips(one)));
    for (std::size_t r = 0; r < grid.rows.size(); ++r) row(table, grid, static_cast<int>(r), columns);
    // A cell must end with a paragraph, and a table after which something follows keeps its distance.
    if (node.style.margin.bottom > 0 || std::string_view(out.name()) == "w:tc") small_paragraph(out);
  }

  static void small_paragraph(xml_node out) {
    xml_node properties = add(add(out, "w:p"), "w:pPr");
    xml_node spacing = add(properties, "w:spacing");
    spacing.append_attribute("w:before").set_value(0);
    spacing.append_attribute("w:after").set_value(0);
    spacing.append_attribute("w:line").set_value(20);
    spacing.append_attribute("w:lineRule").set_value("exact");
    add(add(properties, "w:rPr"), "w:sz", 2);
  }

  static void table_borders(xml_node properties, const Style& style) {
    const std::pair<const char*, const Border*> sides[] = {
        {"w:top", &style.top}, {"w:left", &style.left}, {"w:bottom", &style.bottom}, {"w:right", &style.right}};
    if (std::none_of(std::begin(sides), std::end(sides), [](const auto& side) { return side.second->width > 0; })) return;
    xml_node borders = add(properties, "w:tblBorders");
    for (const auto& [name, side] : sides) {
      if (side->width > 0) border(add(borders, name), *side);
    }
  }

  void row(xml_node table, const TableGrid& grid, int number, const std::vector<double>& columns) {
    xml_node row = add(table, "w:tr");
    const auto& about = grid.rows[static_cast<std::size_t>(number)];
    xml_node properties = add(row, "w:trPr");
    add(properties, "w:cantSplit");
    if (about.node->style.height.kind == Length::Kind::kPoints)
      add(properties, "w:trHeight", static_cast<int>(twips(about.node->style.height.value)));
    if (about.group == Display::kHead) add(properties, "w:tblHeader");
    int column = 0;
    while (column < grid.column_count) {
      const TableGrid::Cell* here = nullptr;
      for (const auto& cell : grid.cells) {
        if (cell.column == column && cell.row <= number && number < cell.row + cell.rows) here = &cell;
      }
      const int count = here == nullptr ? 1 : here->columns;
      double width = 0;
      for (int i = column; i < column + count; ++i) width += columns[static_cast<std::size_t>(i)];
      cell(row, here, number, width);
      column += count;
    }
  }

  void cell(xml_node row, const TableGrid::Cell* about, int number, double width) {
    xml_node cell = add(row, "w:tc");
    xml_node properties = add(cell, "w:tcPr");
    width_of(properties, "w:tcW", width);
    if (about == nullptr) {
      add(cell, "w:p");
      return;
    }
    const Style& style = about->node->style;
    if (about->columns > 1) add(properties, "w:gridSpan", about->columns);
    if (about->rows > 1) add(properties, "w:vMerge", number == about->row ? "restart" : "continue");
    const std::pair<const char*, const Border*> sides[] = {
        {"w:top", &style.top}, {"w:left", &style.left}, {"w:bottom", &style.bottom}, {"w:right", &style.right}};
    xml_node borders = add(properties, "w:tcBorders");
    for (const auto& [name, side] : sides) {
      if (side->width > 0) border(add(borders, name), *side);
    }
    if (style.background.is_set) {
      xml_node shade = add(properties, "w:shd", "clear");
      shade.append_attribute("w:fill").set_value(hex(style.background).c_str());
    }
    xml_node margins = add(properties, "w:tcMar");
    const std::pair<const char*, double> paddings[] = {
        {"w:top", style.padding.top}, {"w:left", style.padding.left}, {"w:bottom", style.padding.bottom}, {"w:right", style.padding.right}};
    for (const auto& [name, points] : paddings) width_of(margins, name, points);
    static constexpr const char* kVertical[] = {"top", "top", "center", "bottom", "top", "top"};
    add(properties, "w:vAlign", kVertical[static_cast<int>(style.vertical_align)]);
    if (number == about->row) children(cell, *about->node, width - style.padding.across());
    if (std::string_view(cell.last_child().name()) != "w:p") {
      xml_node properties_of_empty = add(add(cell, "w:p"), "w:pPr");
      add(add(properties_of_empty, "w:rPr"), "w:sz", static_cast<int>(std::lround(style.size * 2)));
    }
  }

  void section(xml_node body) {
    xml_node section = add(body, "w:sectPr");
    const PageSetup& setup = page_.setup;
    if (!setup.footer.empty()) {
      xml_node reference = add(section, "w:footerReference");
      reference.append_attribute("w:type").set_value("default");
      reference.append_attribute("r:id").set_value("footer");
    }
    xml_node size = add(section, "w:pgSz");
    size.append_attribute("w:w").set_value(static_cast<int>(twips(setup.width)));
    size.append_attribute("w:h").set_value(static_cast<int>(twips(setup.height)));
    if (setup.width > setup.height) size.append_attribute("w:orient").set_value("landscape");
    xml_node margins = add(section, "w:pgMar");
    const std::pair<const char*, double> sides[] = {{"w:top", setup.margin.top},
                                                    {"w:right", setup.margin.right},
                                                    {"w:bottom", setup.margin.bottom},
                                                    {"w:left", setup.margin.left},
                                                    {"w:header", 14},
                                                    {"w:footer", 14},
                                                    {"w:gutter", 0}};
    for (const auto& [name, points] : sides) margins.append_attribute(name).set_value(static_cast<int>(twips(points)));
  }

  std::string content_types() const {
    std::string out = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>)";
    if (!page_.setup.footer.empty())
      out +=
          R"(<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>)";
    return out + "</Types>";
  }

  static std::string package_relations() {
    return R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="document" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="core" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>)";
  }

  std::string relations() const {
    const std::string type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
    std::string out = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="styles" Type=")" +
                      type + R"(styles" Target="styles.xml"/>)";
    if (!page_.setup.footer.empty()) out += "<Relationship Id=\"footer\" Type=\"" + type + "footer\" Target=\"footer1.xml\"/>";
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      out += "<Relationship Id=\"image" + std::to_string(i + 1) + "\" Type=\"" + type + "image\" Target=\"" +
             pictures_[i].first.substr(std::string_view("word/").size()) + "\"/>";
    }
    return out + "</Relationships>";
  }

  static std::string styles() {
    return std::string(R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w=")") +
           kMainSpace +
           R"("><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial" w:eastAsia="Arial"/><w:sz w:val="18"/><w:lang w:val="ru-RU"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>)";
  }

  std::string properties() const {
    pugi::xml_document document;
    xml_node root = document.append_child("cp:coreProperties");
    root.append_attribute("xmlns:cp").set_value("http://schemas.openxmlformats.org/package/2006/metadata/core-properties");
    root.append_attribute("xmlns:dc").set_value("http://purl.org/dc/elements/1.1/");
    add(root, "dc:title").text().set(page_.title.c_str());
    add(root, "dc:creator").text().set("Matvey");
    return xml_text(document);
  }

  std::string footer() const {
    pugi::xml_document document;
    xml_node root = document.append_child("w:ftr");
    root.append_attribute("xmlns:w").set_value(kMainSpace);
    xml_node paragraph = add(root, "w:p");
    add(add(paragraph, "w:pPr"), "w:jc", "right");
    Style style;
    style.size = 7;
    std::string rest = page_.setup.footer;
    while (!rest.empty()) {
      const std::size_t mark = std::min(rest.find("{page}"), rest.find("{pages}"));
      run(paragraph, rest.substr(0, mark), style);
      if (mark == std::string::npos) break;
      const bool is_count = rest.compare(mark, 7, "{pages}") == 0;
      xml_node field = add(paragraph, "w:fldSimple");
      field.append_attribute("w:instr").set_value(is_count ? "NUMPAGES" : "PAGE");
      run(field, "1", style);
      rest.erase(0, mark + (is_count ? 7 : 6));
    }
    return xml_text(document);
  }

  const Page& page_;  // lives through run()
  const FontLoan fonts_;
  Layout layout_;
  pugi::xml_document document_;
  std::vector<std::pair<std::string, std::string>> pictures_;  // path and bytes
  bool ends_with_space_ = true;
};

}  // namespace

std::string to_docx(std::string_view html, const PageSetup& setup) {
  const Page page = parse_page(html, setup);
  return DocxWriter(page).run();
}

}  // namespace print
