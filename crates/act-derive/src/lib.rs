//! `#[derive(Act)]`: one definition per act.
//!
//! From one Rust struct it makes the act's static field table (`ActDef`), its structure type (only what the
//! engine may decide by) and the split of content into parts. Everything that shows, reads, checks or writes an
//! act reads that table; nothing describes an act a second time. Not here: what any field type can hold, which
//! is `comity_domain::act::FieldType`.
//!
//! On the struct: `#[act(code = "accept", shape = answer, by("requested"), answers("open"), propose("desk"),
//! approve("supervisor"), grounds, inner, prepare)]`; `prepare` calls the act's own `prepare` before it is split.
//! A field of type `Target` holds the entry the act names.
//! On a field: `#[field(structure)]`, `#[field(part = "request")]`, `#[field(each = "paper")]` (every item its
//! own part), `#[field(tally)]`; further `personal`, `ours` (the person it names is one of the author's own people),
//! `required` (a list that must not be left out) and `derived` (filled by the engine, not by a person);
//! `only(request_type, "search")` (it belongs to the act only where that field holds one of these words) and
//! `needed(request_type, "search")` (there it must be given).

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Type, parse_macro_input};

/// Derives `comity_domain::act::Act`.
#[proc_macro_derive(Act, attributes(act, field))]
pub fn derive_act(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// The `#[act(…)]` of a struct.
#[derive(Default)]
struct ActAttributes {
    code: Option<LitStr>,
    shape: Option<Ident>,
    by: Vec<LitStr>,
    answers: Vec<LitStr>,
    propose: Vec<LitStr>,
    approve: Vec<LitStr>,
    grounds: bool,
    inner: bool,
    prepare: bool,
}

impl ActAttributes {
    fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("act")) {
            attribute.parse_nested_meta(|meta| {
                let name = meta.path.require_ident()?.to_string();
                match name.as_str() {
                    "code" => read.code = Some(meta.value()?.parse()?),
                    "shape" => read.shape = Some(meta.value()?.parse()?),
                    "by" => read.by = words(&meta)?,
                    "answers" => read.answers = words(&meta)?,
                    "propose" => read.propose = words(&meta)?,
                    "approve" => read.approve = words(&meta)?,
                    "grounds" => read.grounds = true,
                    "inner" => read.inner = true,
                    "prepare" => read.prepare = true,
                    _ => return Err(meta.error("not an attribute of an act")),
                }
                Ok(())
            })?;
        }
        Ok(read)
    }
}

fn words(meta: &syn::meta::ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let list;
    syn::parenthesized!(list in meta.input);
    let items = list.parse_terminated(<LitStr as syn::parse::Parse>::parse, syn::Token![,])?;
    Ok(items.into_iter().collect())
}

/// Where a field lives.
enum Home {
    Structure,
    Part(LitStr),
    Each(LitStr),
    Tally,
}

/// One field of an act.
struct ActField<'a> {
    name: &'a Ident,
    ty: &'a Type,
    home: Home,
    personal: bool,
    ours: bool,
    derived: bool,
    required: bool,
    only: Option<When>,
    needed: Option<When>,
    help: String,
}

/// Another field of the act, and the words in it that make a difference to this one.
struct When {
    field: Ident,
    codes: Vec<LitStr>,
}

impl When {
    fn read(meta: &syn::meta::ParseNestedMeta<'_>) -> syn::Result<Self> {
        let list;
        syn::parenthesized!(list in meta.input);
        let field = list.parse()?;
        list.parse::<syn::Token![,]>()?;
        let codes = list.parse_terminated(<LitStr as syn::parse::Parse>::parse, syn::Token![,])?;
        Ok(Self { field, codes: codes.into_iter().collect() })
    }

    fn written(when: Option<&Self>) -> proc_macro2::TokenStream {
        let Some(Self { field, codes }) = when else { return quote!(None) };
        let field = field.to_string();
        quote!(Some(::comity_domain::act::When { field: #field, codes: &[#(#codes),*] }))
    }
}

impl<'a> ActField<'a> {
    fn read(field: &'a syn::Field) -> syn::Result<Self> {
        let name = field.ident.as_ref().ok_or_else(|| syn::Error::new_spanned(field, "fields need names"))?;
        let (mut home, mut personal, mut ours) = (None, false, false);
        let (mut derived, mut required) = (false, false);
        let (mut only, mut needed) = (None, None);
        for attribute in field.attrs.iter().filter(|a| a.path().is_ident("field")) {
            attribute.parse_nested_meta(|meta| {
                let word = meta.path.require_ident()?.to_string();
                match word.as_str() {
                    "structure" => home = Some(Home::Structure),
                    "part" => home = Some(Home::Part(meta.value()?.parse()?)),
                    "each" => home = Some(Home::Each(meta.value()?.parse()?)),
                    "tally" => home = Some(Home::Tally),
                    "personal" => personal = true,
                    "ours" => ours = true,
                    "derived" => derived = true,
                    "required" => required = true,
                    "only" => only = Some(When::read(&meta)?),
                    "needed" => needed = Some(When::read(&meta)?),
                    _ => return Err(meta.error("not an attribute of a field")),
                }
                Ok(())
            })?;
        }
        let home = home.ok_or_else(|| {
            syn::Error::new_spanned(
                name,
                "say where the field lives: #[field(structure)], part, each or tally",
            )
        })?;
        let (ty, help) = (&field.ty, doc(&field.attrs));
        Ok(Self { name, ty, home, personal, ours, derived, required, only, needed, help })
    }

    /// Whether the type says that it may be left out, so that its absence is not written.
    fn may_be_absent(&self) -> bool {
        let Type::Path(path) = self.ty else { return false };
        path.path.segments.last().is_some_and(|last| last.ident == "Option" || last.ident == "Vec")
    }
}

fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter(|a| a.path().is_ident("doc")).filter_map(|a| match &a.meta {
        syn::Meta::NameValue(pair) => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                Some(text.value().trim().to_owned())
            }
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let attributes = ActAttributes::read(&input.attrs)?;
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "an act is a struct"));
    };
    let fields = match &data.fields {
        Fields::Named(named) => named.named.iter().map(ActField::read).collect::<syn::Result<Vec<_>>>()?,
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => return Err(syn::Error::new_spanned(&input.ident, "fields need names")),
    };
    let structure = structure_type(input, &fields);
    let definition = definition(input, &attributes, &fields)?;
    let split = split(input, &fields);
    let settle = settle(&attributes, &fields);
    let (act, structure_name) = (&input.ident, format_ident!("{}Structure", input.ident));
    Ok(quote! {
        #structure
        impl ::comity_domain::act::Act for #act {
            type Structure = #structure_name;
            #definition
            #split
            #settle
        }
    })
}

/// The part of the act that engine, partners and statistics may decide by. Free text does not type-check here.
fn structure_type(input: &DeriveInput, fields: &[ActField<'_>]) -> proc_macro2::TokenStream {
    let (visibility, name) = (&input.vis, format_ident!("{}Structure", input.ident));
    let members = fields.iter().filter(|f| matches!(f.home, Home::Structure)).map(|field| {
        let (name, ty, help) = (field.name, field.ty, &field.help);
        let absent = field.may_be_absent().then(
            || quote!(#[serde(default, skip_serializing_if = "::comity_domain::act::FieldType::is_absent")]),
        );
        quote!(#[doc = #help] #absent pub #name: #ty)
    });
    let types = fields.iter().filter(|f| matches!(f.home, Home::Structure)).map(|f| f.ty);
    let about =
        format!("What [`{}`] says to machines: the part that statuses, clocks and counts read.", input.ident);
    quote! {
        #[doc = #about]
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #visibility struct #name { #(#members),* }
        const _: () = {
            const fn structure_holds_no_free_text<T: ::comity_domain::act::StructureType>() {}
            #(structure_holds_no_free_text::<#types>();)*
        };
    }
}

fn definition(
    input: &DeriveInput,
    attributes: &ActAttributes,
    fields: &[ActField<'_>],
) -> syn::Result<proc_macro2::TokenStream> {
    let missing = |what| syn::Error::new_spanned(&input.ident, format!("#[act({what} = …)] is missing"));
    let code = attributes.code.as_ref().ok_or_else(|| missing("code"))?;
    let shape = attributes.shape.as_ref().ok_or_else(|| missing("shape"))?;
    let shape = format_ident!("{}", capitalised(&shape.to_string()));
    let ActAttributes { by, answers, propose, approve, grounds, inner, .. } = attributes;
    let help = doc(&input.attrs);
    let rows = fields.iter().map(|field| {
        let (name, ty, help) = (field.name.to_string(), field.ty, &field.help);
        let (personal, ours) = (field.personal, field.ours);
        let (derived, required) = (field.derived, field.required);
        let (only, needed) = (When::written(field.only.as_ref()), When::written(field.needed.as_ref()));
        let home = match &field.home {
            Home::Structure => quote!(Structure),
            Home::Part(label) => quote!(Part(#label)),
            Home::Each(label) => quote!(Each(#label)),
            Home::Tally => quote!(Tally),
        };
        quote! {
            ::comity_domain::act::Field {
                name: #name,
                kind: <#ty as ::comity_domain::act::FieldType>::KIND,
                required: #required || <#ty as ::comity_domain::act::FieldType>::REQUIRED,
                home: ::comity_domain::act::Home::#home,
                personal: #personal,
                ours: #ours,
                derived: #derived,
                only: #only,
                needed: #needed,
                help: #help,
            }
        }
    });
    Ok(quote! {
        const DEF: ::comity_domain::act::ActDef = ::comity_domain::act::ActDef {
            code: #code,
            shape: ::comity_domain::act::Shape::#shape,
            by: &[#(#by),*],
            answers: &[#(#answers),*],
            propose: &[#(#propose),*],
            approve: &[#(#approve),*],
            grounds: #grounds,
            inner: #inner,
            help: #help,
            fields: &[#(#rows),*],
        };
    })
}

/// How the engine fills what people do not, and which entry the act names.
fn settle(attributes: &ActAttributes, fields: &[ActField<'_>]) -> proc_macro2::TokenStream {
    let named = fields.iter().find(|field| {
        matches!(field.ty, Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Target"))
    });
    let name = named.map(|field| {
        let name = field.name;
        quote!(self.#name.settle(preparation.target(Self::DEF.answers));)
    });
    let prepare = attributes.prepare.then(|| quote!(self.prepare(preparation);));
    let target = named.map_or_else(
        || quote!(None),
        |field| {
            let name = field.name;
            quote!(structure.#name.entry())
        },
    );
    quote! {
        #[allow(unused_variables, reason = "most acts need nothing filled")]
        fn settle(&mut self, preparation: &mut ::comity_domain::act::Preparation<'_>) {
            #name
            #prepare
        }
        #[allow(unused_variables, reason = "most acts name no entry")]
        fn target(structure: &Self::Structure) -> Option<::comity_journal::suite::Hash> {
            #target
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn split(input: &DeriveInput, fields: &[ActField<'_>]) -> proc_macro2::TokenStream {
    let structure = format_ident!("{}Structure", input.ident);
    let kept = fields.iter().filter(|f| matches!(f.home, Home::Structure)).map(|f| f.name);
    let puts = fields.iter().filter_map(|field| {
        let (name, text) = (field.name, field.name.to_string());
        match &field.home {
            Home::Structure => None,
            Home::Part(label) => Some(quote!(parts.put(#label, #text, &self.#name);)),
            Home::Each(label) => Some(quote!(parts.put_each(#label, &self.#name);)),
            Home::Tally => Some(quote!(parts.put_tally(#text, &self.#name);)),
        }
    });
    quote! {
        fn split(self) -> (Self::Structure, ::comity_domain::act::Parts) {
            #[allow(unused_mut, reason = "an act without content puts nothing")]
            let mut parts = ::comity_domain::act::Parts::default();
            #(#puts)*
            (#structure { #(#kept: self.#kept),* }, parts)
        }
    }
}
