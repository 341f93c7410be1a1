page-found = 搜索结果
page-found-for = 搜索内容
page-found-none = 在您可知悉的范围内没有匹配的内容。
page-found-more = 可能还有其他匹配，请输入更多内容。
