using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;
using Richpanel.Console.Deliveries.Detail;
using Richpanel.Core;

namespace Richpanel.Console.Deliveries;

// The delivery beside the list: which one, and what keys do with it and with the focused row.
public sealed partial class DeliveriesPage
{
    private static readonly string[] s_ofBeside = ["open", "tab", "try", "against", "ask"];

    private DeliveryView? _beside;
    private string? _copyOf;

    [SupplyParameterFromQuery] public string? Open { get; set; }
    [SupplyParameterFromQuery] public string? Tab { get; set; }
    [SupplyParameterFromQuery] public string? Try { get; set; }
    [SupplyParameterFromQuery] public string? Against { get; set; }
    [SupplyParameterFromQuery] public string? Ask { get; set; }

    private DetailAddress? Beside => string.IsNullOrEmpty(Open) ? null
        : new(Address, Open, IsPane: true) { Tab = Tab, Try = int.TryParse(Try, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, Against = Against, Ask = Ask };

    private long? OpenId => PublicId.Parse(Open, "dlv");

    /// <summary>Shows a row beside the list, or another one in its place: the way back closes it either way.</summary>
    [JSInvokable]
    public void OpenRow(string id)
    {
        if (IdOf(id) is { } open && open != Open)
        {
            var isOther = Beside is not null;
            Navigation.NavigateTo((Beside?.Of(open) ?? new DetailAddress(Address, open, IsPane: true)).ToString(), replace: isOther);
        }
    }

    [JSInvokable]
    public async Task CloseRowAsync()
    {
        if (Beside is { } beside)
        {
            var row = OpenId;
            Navigation.NavigateTo(beside.Back);
            if (row is { } id)
            {
                await _script.CallAsync("focusRow", _page, id.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>A key on a row, or with one open beside the list: r, e or c.</summary>
    /// <param name="wide">There is room beside the list.</param>
    [JSInvokable]
    public async Task PressRowAsync(string key, string? id, bool wide)
    {
        if ((id is null ? Open : IdOf(id)) is not { } open)
        {
            return;
        }

        switch (key)
        {
            case "r" when open == Open && _beside is not null:
                await _beside.AskRetryAsync();
                break;
            case "r":
                var asked = Beside?.Of(open) ?? new DetailAddress(Address, open, IsPane: wide);
                Navigation.NavigateTo((asked with { Ask = DetailAddress.AskRetry }).ToString(), replace: Beside is not null);
                break;
            case "e":
                Navigation.NavigateTo($"/lab?delivery={open}");
                break;
            case "c" when open == Open && _beside is not null:
                await _beside.CopyCurlAsync();
                break;
            case "c":
                _copyOf = open;
                StateHasChanged();
                break;
        }
    }

    private void Copied(string id)
    {
        _copyOf = _copyOf == id ? null : _copyOf;   // another one may have been asked for meanwhile
        StateHasChanged();
    }

    private static string? IdOf(string row) => long.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? PublicId.Delivery(id) : null;

    /// <summary>An address without what stands beside the list.</summary>
    private static string ListOf(string uri)
    {
        var address = new Uri(uri);
        return address.AbsolutePath + string.Join('&', QueryHelpers.ParseQuery(address.Query).Where(part => !s_ofBeside.Contains(part.Key)).Select(part => $"{part.Key}={part.Value}"));
    }
}
